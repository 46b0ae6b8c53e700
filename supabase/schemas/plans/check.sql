-- What makes a plan invalid.

-- What depends on other rows, or would fail without a word about where.
create function private.check_plan(p_plan jsonb)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_wrong text;
begin
    if pg_catalog.jsonb_typeof(p_plan) is distinct from 'object'
        or pg_catalog.jsonb_typeof(p_plan -> 'days') is distinct from 'array'
        or pg_catalog.jsonb_array_length(p_plan -> 'days') not between 1 and 7 then
        perform private.fail(422, 'invalid_days', 'A plan has 1 to 7 days.', 'days');
    end if;
    if (
        select count(*) from pg_catalog.jsonb_path_query(p_plan, '$.days[*].exercises[*].sets[*]')
    ) > 500 then
        perform private.fail(422, 'too_many_sets', 'A plan has at most 500 sets.', 'days');
    end if;
    -- Numbers take more room in Postgres than they were sent in.
    if pg_catalog.octet_length((p_plan -> 'metadata')::text) > 8192 then
        perform private.fail(422, 'metadata_too_large', 'The metadata takes more than 8 KiB.', 'metadata');
    end if;
    select pg_catalog.string_agg('days.' || repeated.place || '.day', ',' order by repeated.place) into v_wrong
    from (
        select
            d.ordinality - 1 as place,
            pg_catalog.row_number() over (partition by d.value ->> 'day' order by d.ordinality) as times
        from pg_catalog.jsonb_array_elements(p_plan -> 'days') with ordinality as d
    ) as repeated
    where repeated.times > 1;
    if v_wrong is not null then
        perform private.fail(422, 'day_repeated', 'Each day of the week comes once.', v_wrong);
    end if;
    select pg_catalog.string_agg(
        pg_catalog.format('days.%s.exercises.%s.exercise_id', d.ordinality - 1, x.ordinality - 1), ','
        order by d.ordinality, x.ordinality
    )
    into v_wrong
    from pg_catalog.jsonb_array_elements(p_plan -> 'days') with ordinality as d
    cross join pg_catalog.jsonb_array_elements(d.value -> 'exercises') with ordinality as x
    where not exists (
        select from private.exercises as e where e.id = (x.value ->> 'exercise_id')::uuid
    );
    if v_wrong is not null then
        perform private.fail(422, 'exercise_not_found', 'There is no such exercise.', v_wrong);
    end if;
    if (p_plan ->> 'is_public')::boolean then
        select pg_catalog.string_agg(
            pg_catalog.format('days.%s.exercises.%s.exercise_id', d.ordinality - 1, x.ordinality - 1), ','
            order by d.ordinality, x.ordinality
        )
        into v_wrong
        from pg_catalog.jsonb_array_elements(p_plan -> 'days') with ordinality as d
        cross join pg_catalog.jsonb_array_elements(d.value -> 'exercises') with ordinality as x
        inner join private.exercises as e on (x.value ->> 'exercise_id')::uuid = e.id
        where e.user_id is not null;
        if v_wrong is not null then
            perform private.fail(
                422, 'exercise_not_public',
                'A public plan is made of the catalogue''s exercises: nobody else sees your own.',
                v_wrong
            );
        end if;
    end if;
end
$$;
comment on function private.check_plan(jsonb) is
'Raises PT422 invalid_days, too_many_sets, metadata_too_large, day_repeated, exercise_not_found or '
'exercise_not_public, with the paths.';
grant execute on function private.check_plan(jsonb) to authenticated;


create function private.check_plan_name(p_user_id uuid, p_id uuid, p_name text)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if exists (
        select from private.plans as p
        where p.user_id = p_user_id
            and pg_catalog.lower(p.name) = pg_catalog.lower(pg_catalog.btrim(p_name))
            and p.id is distinct from p_id
    ) then
        perform private.fail(409, 'plan_exists', 'You have a plan of this name already.', 'name');
    end if;
end
$$;
comment on function private.check_plan_name(uuid, uuid, text) is
'Raises PT409 plan_exists when another plan of the user''s has the name.';
grant execute on function private.check_plan_name(uuid, uuid, text) to authenticated;
