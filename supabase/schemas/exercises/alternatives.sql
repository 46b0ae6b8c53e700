-- What can replace an exercise.

create function private.shared(p_one text[], p_other text[])
returns text[]
language sql
immutable
security invoker
set search_path = ''
as $$
    select array(select value from pg_catalog.unnest(p_one) as value where value = any(p_other))
$$;
comment on function private.shared(text[], text[]) is 'What two lists have in common, in the order of the first.';
grant execute on function private.shared(text[], text[]) to authenticated;


-- What trains the same. Muscles decide (0.6): what both train over what either trains, a secondary muscle counting
-- half, as in statistics. The movement pattern comes next (0.25), since it is what a plan is balanced by. What the
-- catalogue itself names beside an exercise gets the rest: 0.15 for an equal, 0.1 for an easier one, 0.05 for a harder
-- one, which not everybody can do. A stretch or a run is no substitute for a lift.
create function private.rank_alternatives(
    p_exercise private.exercises, p_profile private.profiles, p_available boolean, p_safe boolean
)
returns table (id uuid, score numeric, relation text, same_pattern boolean, shared_muscles text[])
language sql
stable
security invoker
set search_path = ''
as $$
    select
        e.id,
        pg_catalog.round(
            0.6 * weight.shared / (weight.one + weight.other - weight.shared)
            + case when fits.same_pattern then 0.25 else 0 end
            + case r.kind
                when 'alternative' then 0.15
                when 'variation' then 0.15
                when 'regression' then 0.1
                when 'progression' then 0.05
                else 0
            end,
            3
        ) as score,
        r.kind as relation,
        fits.same_pattern,
        fits.muscles as shared_muscles
    from private.exercises as e
    left join private.exercise_relations as r on r.exercise_id = p_exercise.id and e.id = r.related_id
    cross join lateral (
        select
            coalesce(e.movement_pattern = p_exercise.movement_pattern, false) as same_pattern,
            private.shared(e.primary_muscles, p_exercise.primary_muscles) as primary_muscles,
            private.shared(
                e.primary_muscles || e.secondary_muscles, p_exercise.primary_muscles || p_exercise.secondary_muscles
            ) as muscles
    ) as fits
    cross join lateral (
        select
            0.5 * (
                pg_catalog.cardinality(fits.muscles) + pg_catalog.cardinality(fits.primary_muscles)
            ) as shared,
            pg_catalog.cardinality(e.primary_muscles) + 0.5 * pg_catalog.cardinality(e.secondary_muscles) as one,
            pg_catalog.cardinality(p_exercise.primary_muscles)
            + 0.5 * pg_catalog.cardinality(p_exercise.secondary_muscles) as other
    ) as weight
    where
        (e.user_id is null or e.user_id = p_profile.user_id)
        and e.archived_at is null
        and e.id <> p_exercise.id
        and fits.primary_muscles <> '{}'
        and (
            e.category = p_exercise.category
            or not array[e.category, p_exercise.category] && array['mobility', 'conditioning']
        )
        and (not p_available or e.equipment <@ p_profile.equipment)
        and (not p_safe or private.is_safe(e.joints, p_profile.injuries))
$$;
comment on function private.rank_alternatives(private.exercises, private.profiles, boolean, boolean) is
'Exercises that share a primary muscle with one, each with a score from 0 to 1, how the catalogue relates them, and '
'what they have in common; on wish only those that fit the profile''s equipment and spare its injuries.';
grant execute on function private.rank_alternatives(private.exercises, private.profiles, boolean, boolean)
to authenticated;


create function public.list_alternatives(
    p_id uuid,
    p_available boolean default true,
    p_safe boolean default true,
    p_page integer default 1,
    p_per_page integer default 20
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_offset bigint := private.page_offset(p_page, p_per_page);
    v_exercise private.exercises;
    v_answer jsonb;
begin
    select e.* into v_exercise from private.exercises as e
    where e.id = p_id;
    if not found then
        perform private.fail(404, 'exercise_not_found', 'There is no such exercise.');
    end if;
    with
    ranked as materialized (
        select
            a.*,
            pg_catalog.row_number() over (order by a.score desc, e.name, e.id) as place
        from private.rank_alternatives(v_exercise, v_profile, coalesce(p_available, true), coalesce(p_safe, true)) as a
        inner join private.exercises as e on a.id = e.id
    ),
    page as (
        select ranked.* from ranked
        order by ranked.place
        offset v_offset
        limit p_per_page
    )
    select private.page_json(
        (
            select pg_catalog.jsonb_agg(
                private.exercise_json(e, v_profile)
                || pg_catalog.jsonb_build_object(
                    'score', page.score,
                    'relation', page.relation,
                    'same_pattern', page.same_pattern,
                    'shared_muscles', page.shared_muscles
                )
                order by page.place
            )
            from page
            inner join private.exercises as e on page.id = e.id
        ),
        (select count(*) from ranked),
        p_page,
        p_per_page
    )
    into v_answer;
    return v_answer;
end
$$;
comment on function public.list_alternatives(uuid, boolean, boolean, integer, integer) is
'A page of what can replace an exercise, best first: exercises with {score, relation, same_pattern, shared_muscles}. '
'Only what the caller''s equipment allows and their injuries permit, unless p_available or p_safe is false. Raises '
'PT404 exercise_not_found, profile_not_found, PT422 invalid_page.';
grant execute on function public.list_alternatives(uuid, boolean, boolean, integer, integer) to authenticated;
