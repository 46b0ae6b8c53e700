-- Finding what can replace an exercise.

create function private.shared_values(p_one text[], p_other text[])
returns text[]
language sql
immutable
security invoker
return array(
    select value from pg_catalog.unnest(p_one) as value
    where value = any(p_other)
);
comment on function private.shared_values(text[], text[]) is
'The values that two lists share, in the order of the first.';
grant execute on function private.shared_values(text[], text[]) to authenticated;


create function private.muscle_weight(p_primary text[], p_secondary text[])
returns numeric
language sql
immutable
security invoker
return pg_catalog.cardinality(p_primary) + 0.5 * pg_catalog.cardinality(p_secondary);
comment on function private.muscle_weight(text[], text[]) is
'How many muscles an exercise trains. A secondary muscle counts half, as in statistics.';
grant execute on function private.muscle_weight(text[], text[]) to authenticated;


create function private.relation_score(p_kind text)
returns numeric
language sql
immutable
security invoker
return case p_kind
    when 'alternative' then 0.15
    when 'variation' then 0.15
    when 'regression' then 0.1
    -- Not everybody can do a harder exercise.
    when 'progression' then 0.05
    else 0
end;
comment on function private.relation_score(text) is
'What the catalogue''s relation adds to the score of an alternative; null means unrelated and adds nothing.';
grant execute on function private.relation_score(text) to authenticated;


create function private.is_same_kind(p_category text, p_other text)
returns boolean
language sql
immutable
security invoker
return p_category = p_other or not array[p_category, p_other] && array['mobility', 'conditioning'];
comment on function private.is_same_kind(text, text) is
'True if exercises of the two categories can replace each other. A stretch or a run cannot replace a lift.';
grant execute on function private.is_same_kind(text, text) to authenticated;


-- The score is made of three parts. The muscles that both exercises train, divided by those that either one trains, add
-- up to 0.6. The same movement pattern adds 0.25, because plans are balanced by patterns. The catalogue's relation adds
-- up to 0.15.
create function private.rank_alternatives(
    p_exercise private.exercises, p_profile private.profiles, p_available boolean, p_safe boolean
)
returns table (id uuid, score numeric, relation text, same_pattern boolean, shared_muscles text[])
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
    return query
    select
        e.id,
        pg_catalog.round(
            0.6 * weight.shared / (weight.one + weight.other - weight.shared)
            + case when fits.same_pattern then 0.25 else 0 end
            + private.relation_score(r.kind),
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
            private.shared_values(e.primary_muscles, p_exercise.primary_muscles) as primary_muscles,
            private.shared_values(
                e.primary_muscles || e.secondary_muscles, p_exercise.primary_muscles || p_exercise.secondary_muscles
            ) as muscles
    ) as fits
    cross join lateral (
        select
            -- A muscle that is primary in both counts as one, any other shared muscle counts half.
            0.5 * (
                pg_catalog.cardinality(fits.muscles) + pg_catalog.cardinality(fits.primary_muscles)
            ) as shared,
            private.muscle_weight(e.primary_muscles, e.secondary_muscles) as one,
            private.muscle_weight(p_exercise.primary_muscles, p_exercise.secondary_muscles) as other
    ) as weight
    where
        (e.user_id is null or e.user_id = p_profile.user_id)
        and e.archived_at is null
        and e.id <> p_exercise.id
        and fits.primary_muscles <> '{}'
        and private.is_same_kind(e.category, p_exercise.category)
        and (not p_available or e.equipment <@ p_profile.equipment)
        and (not p_safe or private.is_safe(e.joints, p_profile.injuries));
end
$$;
comment on function private.rank_alternatives(private.exercises, private.profiles, boolean, boolean) is
'The exercises that share a primary muscle with one, each with a score from 0 to 1, the catalogue''s relation if there '
'is one, and what the two share. With p_available, only those that the profile''s equipment allows; with p_safe, only '
'those that spare its injuries.';
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
set plan_cache_mode = force_generic_plan
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_offset bigint := private.page_offset(p_page, p_per_page);
    v_exercise private.exercises := private.find_exercise(p_id);
    v_answer jsonb;
begin
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
'A page of the exercises that can replace one, best first: {items, total, page, per_page}, each item with {score, '
'relation, same_pattern, shared_muscles}. Leaves out what the caller''s equipment does not allow, unless p_available '
'is false, and what loads an injury, unless p_safe is false. Raises PT404 exercise_not_found, profile_not_found, PT422 '
'invalid_page.';
grant execute on function public.list_alternatives(uuid, boolean, boolean, integer, integer) to authenticated;
