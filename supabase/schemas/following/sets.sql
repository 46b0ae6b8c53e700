-- The sets to do in a session. The functions in this file read no tables.

create function private.working_load(p_lift private.lift, p_number bigint, p_load numeric)
returns numeric
language sql
immutable
security invoker
return case
    -- The heaviest set takes the load unrounded, because the author may have declared one between two steps.
    when (p_lift).shares[p_number] = 1 then p_load
    else private.loadable(p_load * (p_lift).shares[p_number], (p_lift).step)
end;
comment on function private.working_load(private.lift, bigint, numeric) is
'The load of the working set with this number, if the heaviest one takes p_load.';
grant execute on function private.working_load(private.lift, bigint, numeric) to authenticated;


create function private.warmup_load(p_lift private.lift, p_set private.plan_sets, p_load numeric)
returns numeric
language sql
immutable
security invoker
return coalesce(
    private.loadable((p_set).percent_1rm / 100 * (p_lift).estimate, (p_lift).step),
    -- Warm-ups grow with the working sets that they lead to.
    private.loadable(
        private.weight_in((p_set).weight, (p_set).weight_unit, (p_lift).unit) * p_load / nullif((p_lift).start, 0),
        (p_lift).step
    ),
    private.weight_in((p_set).weight, (p_set).weight_unit, (p_lift).unit)
);
comment on function private.warmup_load(private.lift, private.plan_sets, numeric) is
'The load of a warm-up set, if the heaviest working set takes p_load; null if the plan declares none.';
grant execute on function private.warmup_load(private.lift, private.plan_sets, numeric) to authenticated;


create function private.suggested_sets(p_sets jsonb, p_lift private.lift, p_suggestion private.suggestion)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.jsonb_agg(
        planned.value || pg_catalog.jsonb_build_object(
            'reps', planned.reps,
            'weight', planned.weight,
            'weight_unit', case when planned.weight is not null then p_lift.unit end
        )
        order by planned.place
    )
    from (
        select
            numbered.value,
            numbered.place,
            case
                when numbered.is_warmup then (numbered.plan_set).reps_min
                else p_suggestion.reps[numbered.number]
            end as reps,
            case
                when numbered.is_warmup then private.warmup_load(p_lift, numbered.plan_set, p_suggestion.load)
                else private.working_load(p_lift, numbered.number, p_suggestion.load)
            end as weight
        from (
            select
                listed.value,
                listed.place,
                s as plan_set,
                s.set_type = 'warmup' as is_warmup,
                count(*) filter (where s.set_type <> 'warmup') over (order by listed.place) as number
            from pg_catalog.jsonb_array_elements(p_sets) with ordinality as listed (value, place)
            cross join pg_catalog.jsonb_populate_record(null::private.plan_sets, listed.value) as s
        ) as numbered
    ) as planned
$$;
comment on function private.suggested_sets(jsonb, private.lift, private.suggestion) is
'The sets of an exercise in a plan, each with the {reps, weight, weight_unit} to do now. The weight is null if the '
'user should choose it.';
grant execute on function private.suggested_sets(jsonb, private.lift, private.suggestion) to authenticated;


create function private.imagined_session(p_sets jsonb)
returns private.lift_session
language sql
stable
security invoker
set search_path = ''
as $$
    select
        null::date,
        pg_catalog.array_agg(s.weight order by s.ordinality),
        pg_catalog.array_agg(s.reps order by s.ordinality),
        0
    from pg_catalog.jsonb_populate_recordset(null::private.workout_sets, p_sets) with ordinality as s
    where s.set_type <> 'warmup'
$$;
comment on function private.imagined_session(jsonb) is 'The session that would result from doing the suggested sets.';
grant execute on function private.imagined_session(jsonb) to authenticated;
