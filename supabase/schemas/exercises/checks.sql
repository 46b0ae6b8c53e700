-- What check constraints cannot say about exercises, because it depends on other rows.

-- What a check constraint cannot say, because it depends on other tables, or not as clearly.
create function private.check_exercise()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_muscles text[];
    v_unknown text;
begin
    new.equipment := private.without_repeats(new.equipment);
    new.primary_muscles := private.without_repeats(new.primary_muscles);
    new.secondary_muscles := private.without_repeats(new.secondary_muscles);
    v_muscles := new.primary_muscles || new.secondary_muscles;

    select pg_catalog.string_agg(coalesce(listed.slug, 'null'), ', ') into v_unknown
    from pg_catalog.unnest(new.equipment) as listed (slug)
    where not exists (select from private.equipment as e where e.slug = listed.slug);
    if v_unknown is not null then
        perform private.fail(422, 'unknown_equipment', 'Unknown equipment: ' || v_unknown || '.', 'equipment');
    end if;
    select pg_catalog.string_agg(coalesce(listed.slug, 'null'), ', ') into v_unknown
    from pg_catalog.unnest(v_muscles) as listed (slug)
    where not exists (select from private.muscles as m where m.slug = listed.slug);
    if v_unknown is not null then
        perform private.fail(
            422, 'unknown_muscle', 'Unknown muscles: ' || v_unknown || '.', 'primary_muscles,secondary_muscles'
        );
    end if;
    if new.primary_muscles && new.secondary_muscles then
        perform private.fail(
            422, 'muscle_listed_twice',
            'A muscle is primary or secondary, not both.',
            'primary_muscles,secondary_muscles'
        );
    end if;
    return new;
end
$$;
comment on function private.check_exercise() is
'Takes repeats out of lists. Refuses unknown equipment (PT422 unknown_equipment), unknown muscles (PT422 '
'unknown_muscle) and a muscle that is primary and secondary (PT422 muscle_listed_twice).';
create trigger check_exercise
before insert or update of equipment, primary_muscles, secondary_muscles on private.exercises
for each row execute function private.check_exercise();


-- A name means one exercise to its reader, so nobody makes a second of what they can see already. The lock on the
-- profile lets the count and the names be judged one exercise at a time.
create function private.check_own_exercise()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_key text := private.name_key(new.name);
    v_pairs bit(703) := private.stemmed_pairs(private.search_words(new.name));
    v_taken text;
begin
    if tg_op = 'UPDATE' and old.name = new.name and old.archived_at is null then
        return new;
    end if;
    perform from private.profiles as p
    where p.user_id = new.user_id
    for no key update;
    if tg_op = 'INSERT' and (
        select count(*) from private.exercises as e
        where e.user_id = new.user_id
    ) >= 500 then
        perform private.fail(
            409, 'too_many_exercises',
            'You have 500 exercises of your own, and more are not possible. Delete one that you do not use.'
        );
    end if;
    select e.name into v_taken
    from private.exercises as e
    cross join lateral pg_catalog.unnest(
        case when e.user_id is null then pg_catalog.array_prepend(e.name, e.aliases) else array[e.name] end
    ) as known (name)
    where (e.user_id is null or e.user_id = new.user_id)
        and e.id <> new.id
        and e.archived_at is null
        and v_pairs = any(e.search_pairs)
        and private.name_key(known.name) = v_key
    order by e.user_id nulls last
    limit 1;
    if v_taken is not null then
        perform private.fail(409, 'exercise_exists', 'This exercise is there already, as ' || v_taken || '.', 'name');
    end if;
    return new;
end
$$;
comment on function private.check_own_exercise() is
'Refuses a user''s 501st exercise (PT409 too_many_exercises) and a name that the catalogue has, as a name or an alias, '
'or the user has given already (PT409 exercise_exists). Archived exercises count, and have given their names back.';
create trigger check_own_exercise
before insert or update of name, archived_at on private.exercises
for each row when (new.user_id is not null and new.archived_at is null)
execute function private.check_own_exercise();
