-- How an exercise of a plan should be loaded, and what was lifted. The functions in this file read no tables.

create type private.deload as (
    after_failures integer,
    percent numeric
);
comment on type private.deload is 'By how many percent to reduce a load, and after how many failures in a row.';


create type private.progression as (
    scheme text,
    increment numeric,
    unit text,
    ceiling numeric,
    deload private.deload
);
comment on type private.progression is
'The progression of an exercise as a plan declares it; see private.is_progression.';


create type private.lift as (
    scheme text,
    increment numeric,
    ceiling numeric,
    after_failures integer,
    deload_percent numeric,
    unit text,
    step numeric,
    start numeric,
    shares numeric array,
    reps_min integer array,
    reps_max integer array,
    estimate numeric
);
comment on type private.lift is
'What a plan declares about an exercise, converted to the unit of its follower: the progression (the scheme is null if '
'there is none), the smallest step between loads, the load to start with (that of the heaviest working set, null if '
'the plan leaves it open), for each working set its share of that load and its reps, and the follower''s estimated '
'1RM.';


create type private.lift_session as (
    done_on date,
    weights numeric array,
    reps integer array,
    misses integer
);
comment on type private.lift_session is
'The working sets of an exercise in one session, in the follower''s unit, and how many sessions in a row, up to this '
'one, missed a target. The day is null for a session of a dry run.';


create type private.suggestion as (
    load numeric,
    reps integer array,
    why text
);
comment on type private.suggestion is
'The load for the heaviest working set (null if the user should choose it), the reps to reach in each working set, and '
'the reason in a sentence.';


create function private.loadable(p_weight numeric, p_step numeric)
returns numeric
language sql
immutable
security invoker
return pg_catalog.trim_scale(pg_catalog.round(p_weight / p_step) * p_step);
comment on function private.loadable(numeric, numeric) is 'The multiple of p_step that is nearest to a weight.';
grant execute on function private.loadable(numeric, numeric) to authenticated;


create function private.load_step(p_progression private.progression, p_unit text)
returns numeric
language sql
immutable
security invoker
return least(
    case p_unit when 'lb' then 5 else 2.5 end,
    -- An increment below the usual step means that the author has smaller plates.
    case when coalesce((p_progression).unit, p_unit) = p_unit then (p_progression).increment end
);
comment on function private.load_step(private.progression, text) is
'The smallest step between two loads in a unit: 2.5 kg, 5 lb, or the increment if that is smaller.';
grant execute on function private.load_step(private.progression, text) to authenticated;


create function private.declared_load(p_set private.plan_sets, p_estimate numeric, p_unit text, p_step numeric)
returns numeric
language sql
immutable
security invoker
return coalesce(
    case
        -- A weight in the follower's own unit stays exactly as the author wrote it.
        when (p_set).weight_unit = p_unit then (p_set).weight
        else private.loadable(private.weight_in((p_set).weight, (p_set).weight_unit, p_unit), p_step)
    end,
    private.loadable((p_set).percent_1rm / 100 * p_estimate, p_step)
);
comment on function private.declared_load(private.plan_sets, numeric, text, numeric) is
'The load that a plan declares for a set, in p_unit, rounded to steps; null if it declares none, or a percentage '
'without an estimated 1RM to take it of.';
grant execute on function private.declared_load(private.plan_sets, numeric, text, numeric) to authenticated;


create function private.make_lift(p_progression jsonb, p_sets jsonb, p_estimate numeric, p_unit text)
returns private.lift
language sql
stable
security invoker
set search_path = ''
as $$
    with
    rule as (
        select
            r.*,
            coalesce(r.unit, p_unit) as declared_unit,
            private.load_step(r, p_unit) as step
        from pg_catalog.jsonb_populate_record(null::private.progression, coalesce(p_progression, '{}')) as r
    ),
    working_set as (
        select
            listed.place,
            s.reps_min,
            s.reps_max,
            private.declared_load(s, p_estimate, p_unit, rule.step) as load,
            -- The shares of percentages are known even without an estimate.
            coalesce(
                private.weight_in(s.weight, s.weight_unit, p_unit), s.percent_1rm / 100 * coalesce(p_estimate, 1)
            ) as measure
        from pg_catalog.jsonb_array_elements(p_sets) with ordinality as listed (value, place)
        cross join pg_catalog.jsonb_populate_record(null::private.plan_sets, listed.value) as s
        cross join rule
        where s.set_type <> 'warmup'
    )
    select
        rule.scheme,
        private.weight_in(rule.increment, rule.declared_unit, p_unit),
        private.weight_in(rule.ceiling, rule.declared_unit, p_unit),
        (rule.deload).after_failures,
        (rule.deload).percent,
        p_unit,
        rule.step,
        (select max(w.load) from working_set as w),
        array(
            select coalesce(w.measure / nullif(max(w.measure) over (), 0), 1) from working_set as w order by w.place
        ),
        array(select w.reps_min from working_set as w order by w.place),
        array(select w.reps_max from working_set as w order by w.place),
        p_estimate
    from rule
$$;
comment on function private.make_lift(jsonb, jsonb, numeric, text) is
'The progression and the sets of an exercise in a plan, for a follower who uses p_unit and has an estimated 1RM.';
grant execute on function private.make_lift(jsonb, jsonb, numeric, text) to authenticated;


create function private.meets(p_lift private.lift, p_session private.lift_session, p_reps integer[])
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
    select coalesce(
        pg_catalog.bool_and(
            done.place is not null
            and (aim.reps is null or coalesce(done.reps, 0) >= aim.reps)
            -- Rounding may have taken away up to half a step.
            and coalesce(done.weight, 0) >= aim.share * heaviest.weight - p_lift.step / 2
        ),
        true
    )
    from (
        select
            share.value as share,
            p_reps[share.place] as reps,
            share.place
        from pg_catalog.unnest(p_lift.shares) with ordinality as share (value, place)
    ) as aim
    cross join lateral (
        select coalesce(max(w.value), 0) as weight from pg_catalog.unnest(p_session.weights) as w (value)
    ) as heaviest
    left join rows from (pg_catalog.unnest(p_session.weights), pg_catalog.unnest(p_session.reps))
        with ordinality as done (weight, reps, place)
        on aim.place = done.place
$$;
comment on function private.meets(private.lift, private.lift_session, integer[]) is
'True if the session has every working set, with its share of the heaviest load and at least p_reps.';
grant execute on function private.meets(private.lift, private.lift_session, integer[]) to authenticated;
