-- What a plan declares about an exercise and what was lifted, in the reader's unit. No function here reads a table.

create function private.loadable(p_weight numeric, p_step numeric)
returns numeric
language sql
immutable
security invoker
set search_path = ''
as $$
    select pg_catalog.trim_scale(pg_catalog.round(p_weight / p_step) * p_step)
$$;
comment on function private.loadable(numeric, numeric) is 'The nearest weight that plates of this step make.';
grant execute on function private.loadable(numeric, numeric) to authenticated;


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
'What a plan says of an exercise, in its reader''s unit: the progression, the smallest step of load, the load of the '
'heaviest working set to start from (null when the plan leaves it open), and of each working set its share of that '
'load and its reps; with the estimated 1RM that percentages are taken of. Without progression the scheme is null.';


create type private.lift_session as (
    done_on date,
    weights numeric array,
    reps integer array,
    misses integer
);
comment on type private.lift_session is
'The working sets of an exercise as they were done, in its reader''s unit, and how many sessions in a row, this one '
'included, missed a target. The day is null for one that is only imagined.';


create type private.suggestion as (
    load numeric,
    reps integer array,
    why text
);
comment on type private.suggestion is
'The load of the heaviest working set (null: the user''s choice), the reps that meet each working set''s target, and '
'the reason in one sentence.';


create function private.make_lift(p_progression jsonb, p_sets jsonb, p_estimate numeric, p_unit text)
returns private.lift
language sql
immutable
security invoker
set search_path = ''
as $$
    with
    rule as (
        select
            r.*,
            private.weight_in(r.increment, coalesce(r.unit, p_unit), p_unit) as increment_here,
            private.weight_in(r.ceiling, coalesce(r.unit, p_unit), p_unit) as ceiling_here,
            -- A finer increment tells of finer plates.
            least(
                case p_unit when 'lb' then 5 else 2.5 end,
                case when coalesce(r.unit, p_unit) = p_unit then r.increment end
            ) as step
        from pg_catalog.jsonb_to_record(coalesce(p_progression, '{}')) as r (
            scheme text, increment numeric, unit text, ceiling numeric, deload jsonb
        )
    ),
    working_set as (
        select
            s.ordinality as place,
            s.reps_min,
            s.reps_max,
            coalesce(
                -- The author knows the plates of the unit they wrote in.
                case
                    when s.weight_unit = p_unit then s.weight
                    else private.loadable(private.weight_in(s.weight, s.weight_unit, p_unit), rule.step)
                end,
                private.loadable(s.percent_1rm / 100 * p_estimate, rule.step)
            ) as load,
            coalesce(private.weight_in(s.weight, s.weight_unit, p_unit), s.percent_1rm / 100 * coalesce(p_estimate, 1))
            as measure
        from rows from (
            pg_catalog.jsonb_to_recordset(p_sets) as (
                set_type text, reps_min integer, reps_max integer, weight numeric, weight_unit text,
                percent_1rm numeric
            )
        ) with ordinality as s
        cross join rule
        where s.set_type <> 'warmup'
    )
    select
        rule.scheme,
        rule.increment_here,
        rule.ceiling_here,
        (rule.deload ->> 'after_failures')::integer,
        (rule.deload ->> 'percent')::numeric,
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
'Reads the progression and the sets of an exercise of a plan, for a reader with an estimated 1RM in their unit.';
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
            -- Half a step is what rounding may take away.
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
'Whether every working set was done, with its share of the day''s load and at least these reps.';
grant execute on function private.meets(private.lift, private.lift_session, integer[]) to authenticated;
