-- Checks of exercises that read other rows, so check constraints cannot do them.

create function private.muscle_faults(p_slugs text[], p_where text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_unknown text := (
        select pg_catalog.string_agg(coalesce(listed.slug, 'null'), ', ' order by listed.place)
        from pg_catalog.unnest(p_slugs) with ordinality as listed (slug, place)
        where not exists (select from private.muscles as m where m.slug = listed.slug)
    );
begin
    if v_unknown is not null then
        return private.fault('unknown_muscle', 'Unknown muscles: ' || v_unknown || '.', p_where);
    end if;
    return '[]';
end
$$;
comment on function private.muscle_faults(text[], text) is
'The fault unknown_muscle if a slug is not in private.muscles. p_where is the path of the list.';
grant execute on function private.muscle_faults(text[], text) to authenticated;


create function private.list_faults(p_exercise private.exercises)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_faults jsonb := private.equipment_faults(p_exercise.equipment, 'equipment')
        || private.muscle_faults(p_exercise.primary_muscles, 'primary_muscles')
        || private.muscle_faults(p_exercise.secondary_muscles, 'secondary_muscles');
begin
    if p_exercise.primary_muscles && p_exercise.secondary_muscles then
        return v_faults || private.fault(
            'muscle_listed_twice',
            'A muscle must be either primary or secondary, not both.',
            'primary_muscles,secondary_muscles'
        );
    end if;
    return v_faults;
end
$$;
comment on function private.list_faults(private.exercises) is
'The faults unknown_equipment, unknown_muscle, and muscle_listed_twice if a muscle is both primary and secondary.';
grant execute on function private.list_faults(private.exercises) to authenticated;


create function private.find_namesake(p_user_id uuid, p_id uuid, p_name text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_key text := private.name_key(p_name);
    v_pairs bit(703) := private.stemmed_pairs(private.search_words(p_name));
begin
    return (
        select e.name
        from private.exercises as e
        cross join lateral pg_catalog.unnest(
            case when e.user_id is null then pg_catalog.array_prepend(e.name, e.aliases) else array[e.name] end
        ) as known (name)
        where (e.user_id is null or e.user_id = p_user_id)
            and e.id is distinct from p_id
            and e.archived_at is null
            -- Comparing the stored letter pairs first saves computing most of the keys.
            and v_pairs = any(e.search_pairs)
            and private.name_key(known.name) = v_key
        order by e.user_id nulls last
        limit 1
    );
end
$$;
comment on function private.find_namesake(uuid, uuid, text) is
'The name of another exercise that means the same as p_name, among the catalogue''s names and aliases and the user''s '
'own names; null if there is none. p_id is null for a new exercise.';
grant execute on function private.find_namesake(uuid, uuid, text) to authenticated;


create function private.name_faults(p_exercise private.exercises)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_namesake text := private.find_namesake(p_exercise.user_id, p_exercise.id, p_exercise.name);
begin
    if v_namesake is not null then
        return private.fault('exercise_exists', 'This exercise already exists as ' || v_namesake || '.', 'name');
    end if;
    return '[]';
end
$$;
comment on function private.name_faults(private.exercises) is
'The fault exercise_exists for a name that the catalogue or another exercise of the user has.';
grant execute on function private.name_faults(private.exercises) to authenticated;


-- The name is looked at only when something else is wrong: check_own_exercise refuses one that is taken anyway.
create function private.check_exercise()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_faults jsonb;
begin
    new.equipment := private.without_repeats(new.equipment);
    new.primary_muscles := private.without_repeats(new.primary_muscles);
    new.secondary_muscles := private.without_repeats(new.secondary_muscles);
    v_faults := private.list_faults(new);
    if v_faults <> '[]' and new.user_id is not null and new.archived_at is null then
        v_faults := v_faults || private.name_faults(new);
    end if;
    perform private.refuse(v_faults);
    return new;
end
$$;
comment on function private.check_exercise() is
'Removes repeats from the lists of an exercise. Raises PT422 unknown_equipment, unknown_muscle, muscle_listed_twice.';
create trigger check_exercise
before insert or update of equipment, primary_muscles, secondary_muscles on private.exercises
for each row execute function private.check_exercise();


-- Users must not create a second exercise under a name that they can see already. The lock on the profile makes two
-- transactions of one user wait for each other, so that both count and compare correctly.
create function private.check_own_exercise()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
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
            'You already have 500 exercises of your own, which is the limit. Delete one that you do not use.'
        );
    end if;
    perform private.refuse(private.name_faults(new), 409);
    return new;
end
$$;
comment on function private.check_own_exercise() is
'Raises PT409 too_many_exercises for a user''s 501st exercise, archived ones included, and PT409 exercise_exists for a '
'name that the catalogue or an exercise of the user has. An archived exercise has freed its name.';
create trigger check_own_exercise
before insert or update of name, archived_at on private.exercises
for each row when (new.user_id is not null and new.archived_at is null)
execute function private.check_own_exercise();


create function private.list_exercise()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
begin
    new.listed := pg_catalog.json_build_object(
        'id', new.id,
        'slug', new.slug,
        'name', new.name,
        'aliases', new.aliases,
        'category', new.category,
        'movement_pattern', new.movement_pattern,
        'force', new.force,
        'mechanic', new.mechanic,
        'level', new.level,
        'laterality', new.laterality,
        'measured_in', new.measured_in,
        'equipment', new.equipment,
        'primary_muscles', new.primary_muscles,
        'secondary_muscles', new.secondary_muscles,
        'joints', new.joints,
        'custom', new.user_id is not null
    );
    return new;
end
$$;
comment on function private.list_exercise() is 'Keeps exercises.listed equal to the other columns.';
-- Its name comes after that of check_exercise, so it sees lists without repeats.
create trigger list_exercise
before insert or update on private.exercises
for each row execute function private.list_exercise();
