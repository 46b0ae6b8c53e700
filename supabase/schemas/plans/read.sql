-- Reading a plan.

create function private.plan_summary_json(p_plan private.plans, p_version private.plan_versions)
returns jsonb
language sql
stable
security invoker
return (
    pg_catalog.to_jsonb(p_version) - array['user_id', 'plan_id', 'created_at']
    || pg_catalog.jsonb_build_object(
        'id', (p_plan).id,
        'own', (p_plan).user_id = auth.uid(),
        'is_public', (p_plan).is_public,
        'created_at', (p_plan).created_at,
        'updated_at', (p_version).created_at
    )
);
comment on function private.plan_summary_json(private.plans, private.plan_versions) is
'A version of a plan as lists show it: everything but its days.';
grant execute on function private.plan_summary_json(private.plans, private.plan_versions) to authenticated;


create function private.plan_sets_json(p_exercise private.plan_exercises)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select coalesce(
        pg_catalog.jsonb_agg(
            pg_catalog.to_jsonb(s) - array['user_id', 'plan_id', 'version', 'day', 'exercise_position', 'position']
            order by s.position
        ),
        '[]'
    )
    from private.plan_sets as s
    where
        s.user_id = p_exercise.user_id
        and s.plan_id = p_exercise.plan_id
        and s.version = p_exercise.version
        and s.day = p_exercise.day
        and s.exercise_position = p_exercise.position
$$;
comment on function private.plan_sets_json(private.plan_exercises) is
'The sets of an exercise in a plan, in order: a JSON array.';
grant execute on function private.plan_sets_json(private.plan_exercises) to authenticated;


create function private.plan_days_json(p_version private.plan_versions)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select coalesce(
        pg_catalog.jsonb_agg(
            pg_catalog.jsonb_build_object(
                'day', d.day,
                'name', d.name,
                'exercises', (
                    select coalesce(
                        pg_catalog.jsonb_agg(
                            pg_catalog.jsonb_build_object(
                                'exercise_id', x.exercise_id,
                                'exercise_name', e.name,
                                'superset', x.superset,
                                'notes', x.notes,
                                'progression', x.progression,
                                'sets', private.plan_sets_json(x)
                            )
                            order by x.position
                        ),
                        '[]'
                    )
                    from private.plan_exercises as x
                    inner join private.exercises as e on x.exercise_id = e.id
                    where
                        x.user_id = d.user_id and x.plan_id = d.plan_id and x.version = d.version and x.day = d.day
                )
            )
            order by d.day
        ),
        '[]'
    )
    from private.plan_days as d
    where d.user_id = p_version.user_id and d.plan_id = p_version.plan_id and d.version = p_version.version
$$;
comment on function private.plan_days_json(private.plan_versions) is
'The days of a version with their exercises and sets: [{day, name, exercises}].';
grant execute on function private.plan_days_json(private.plan_versions) to authenticated;


create function private.find_plan_version(p_id uuid)
returns private.plan_versions
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
    v_version private.plan_versions;
begin
    select v.* into v_version
    from private.plans as p
    inner join private.plan_versions as v on p.user_id = v.user_id and p.id = v.plan_id and p.version = v.version
    where p.id = p_id and (p.user_id = v_user_id or p.is_public);
    if not found then
        perform private.fail(404, 'plan_not_found', 'No plan has this id.');
    end if;
    return v_version;
end
$$;
comment on function private.find_plan_version(uuid) is
'The current version of one of the caller''s own plans or of a public one. Raises PT404 plan_not_found.';
grant execute on function private.find_plan_version(uuid) to authenticated;


create function public.get_plan(p_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select private.plan_summary_json(p, v) || pg_catalog.jsonb_build_object('days', private.plan_days_json(v))
    from private.find_plan_version(p_id) as v
    inner join private.plans as p on v.user_id = p.user_id and v.plan_id = p.id
$$;
comment on function public.get_plan(uuid) is
'The current version of one of the caller''s own plans or of a public one, with its days. Raises PT404 plan_not_found.';
grant execute on function public.get_plan(uuid) to authenticated;
