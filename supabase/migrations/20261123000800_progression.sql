-- Progression: what to load next, from what a plan declares and from what was really lifted. Nothing here reads a
-- table: the same rules serve the session that is due and those that are only imagined.

create function private.weight_in(p_weight numeric, p_from text, p_to text)
returns numeric
language sql
immutable
security invoker
set search_path = ''
as $$
    select case
        when p_from = p_to then p_weight
        when p_to = 'lb' then p_weight / 0.45359237
        else p_weight * 0.45359237
    end
$$;
comment on function private.weight_in(numeric, text, text) is 'A weight in another unit (kg or lb), not rounded.';
grant execute on function private.weight_in(numeric, text, text) to authenticated;


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


create function private.shown_weight(p_weight numeric, p_unit text)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
    select case
        when p_weight = 0 then 'no weight'
        else pg_catalog.trim_scale(pg_catalog.round(p_weight, 2)) || ' ' || p_unit
    end
$$;
comment on function private.shown_weight(numeric, text) is 'A weight in a sentence.';
grant execute on function private.shown_weight(numeric, text) to authenticated;


-- Without a session to go by: what the plan says, or the user's own choice.
create function private.first_load(p_lift private.lift)
returns private.suggestion
language sql
immutable
security invoker
set search_path = ''
as $$
    select
        p_lift.start,
        p_lift.reps_min,
        case
            when p_lift.start is not null and p_lift.scheme is null then 'As the plan says.'
            when p_lift.start is not null then
                'The plan starts with ' || private.shown_weight(p_lift.start, p_lift.unit) || '.'
            else 'The plan sets no load: choose one that you can lift for all reps, and the next sessions build on it.'
        end
$$;
comment on function private.first_load(private.lift) is 'What to load where there is nothing to go by but the plan.';
grant execute on function private.first_load(private.lift) to authenticated;


create function private.percent_load(p_lift private.lift, p_last private.lift_session)
returns private.suggestion
language sql
immutable
security invoker
set search_path = ''
as $$
    select
        case
            when planned.load > p_lift.ceiling then private.loadable(p_lift.ceiling, p_lift.step)
            else planned.load
        end,
        p_lift.reps_min,
        case
            when p_lift.start is null then
                'There is no set yet to estimate your 1RM from: choose a load that leaves some reps in reserve.'
            when planned.load > p_lift.ceiling then
                'The ceiling of ' || private.shown_weight(p_lift.ceiling, p_lift.unit) || ' holds.'
            when planned.deload then
                pg_catalog.format(
                    'Targets were missed in %s sessions in a row: %s %% less.',
                    p_last.misses, pg_catalog.trim_scale(p_lift.deload_percent)
                )
            when p_lift.estimate is null then 'As the plan says.'
            else
                'The plan''s percentages of your estimated 1RM of '
                || private.shown_weight(p_lift.estimate, p_lift.unit) || '.'
        end
    from (
        select
            missed.deload,
            case
                when missed.deload
                    then private.loadable(p_lift.start * (1 - p_lift.deload_percent / 100), p_lift.step)
                else p_lift.start
            end as load
        from (select coalesce(p_last.misses > 0 and p_last.misses % p_lift.after_failures = 0, false) as deload)
            as missed
    ) as planned
$$;
comment on function private.percent_load(private.lift, private.lift_session) is
'What to load by percentages of the estimated 1RM.';
grant execute on function private.percent_load(private.lift, private.lift_session) to authenticated;


create function private.heavier_load(p_lift private.lift, p_lifted numeric, p_on text)
returns private.suggestion
language sql
immutable
security invoker
set search_path = ''
as $$
    select
        case when more.load > p_lift.ceiling then coalesce(p_lift.start, p_lifted) else more.load end,
        p_lift.reps_min,
        case
            when more.load > p_lift.ceiling then
                pg_catalog.format(
                    'All targets were met with %s%s, and more would pass the ceiling of %s: back to %s.',
                    private.shown_weight(p_lifted, p_lift.unit), p_on,
                    private.shown_weight(p_lift.ceiling, p_lift.unit),
                    private.shown_weight(coalesce(p_lift.start, p_lifted), p_lift.unit)
                )
            else
                pg_catalog.format(
                    'All targets were met with %s%s: %s more.', private.shown_weight(p_lifted, p_lift.unit), p_on,
                    private.shown_weight(more.load - p_lifted, p_lift.unit)
                )
        end
    from (
        select greatest(
            private.loadable(p_lifted + p_lift.increment, p_lift.step),
            -- However small the increment, it is more than before.
            pg_catalog.trim_scale((pg_catalog.floor(p_lifted / p_lift.step) + 1) * p_lift.step)
        ) as load
    ) as more
$$;
comment on function private.heavier_load(private.lift, numeric, text) is
'What to load after a success: the increment more, or back to the start where that would pass the ceiling.';
grant execute on function private.heavier_load(private.lift, numeric, text) to authenticated;


create function private.load_after_miss(p_lift private.lift, p_last private.lift_session, p_lifted numeric, p_on text)
returns private.suggestion
language sql
immutable
security invoker
set search_path = ''
as $$
    select
        case
            when missed.deload then private.loadable(p_lifted * (1 - p_lift.deload_percent / 100), p_lift.step)
            else p_lifted
        end,
        p_lift.reps_min,
        case
            when missed.deload then
                pg_catalog.format(
                    'Targets were missed in %s in a row: %s %% off %s.',
                    case p_last.misses when 1 then '1 session' else p_last.misses || ' sessions' end,
                    pg_catalog.trim_scale(p_lift.deload_percent), private.shown_weight(p_lifted, p_lift.unit)
                )
            else
                pg_catalog.format(
                    'A target was missed with %s%s: the same again.', private.shown_weight(p_lifted, p_lift.unit), p_on
                )
        end
    from (select coalesce(p_last.misses % p_lift.after_failures = 0, false) as deload) as missed
$$;
comment on function private.load_after_miss(private.lift, private.lift_session, numeric, text) is
'What to load after a missed target: the same, or a part less when it was missed often enough.';
grant execute on function private.load_after_miss(private.lift, private.lift_session, numeric, text) to authenticated;


create function private.next_load(p_lift private.lift, p_last private.lift_session)
returns private.suggestion
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
    v_lifted numeric := (select max(w.value) from pg_catalog.unnest(p_last.weights) as w (value));
    v_on text := coalesce(' on ' || p_last.done_on, '');
begin
    if p_lift.scheme = 'percent_1rm' then
        return private.percent_load(p_lift, p_last);
    end if;
    if p_last.weights is null then
        return private.first_load(p_lift);
    end if;
    if p_lift.scheme is null then
        return case
            when p_lift.start is not null then private.first_load(p_lift)
            else row(
                v_lifted, p_lift.reps_min,
                coalesce('What you lifted' || v_on || '.', 'As the plan says.')
            )::private.suggestion
        end;
    end if;
    if not private.meets(p_lift, p_last, p_lift.reps_min) then
        return private.load_after_miss(p_lift, p_last, coalesce(v_lifted, 0), v_on);
    end if;
    if p_lift.scheme = 'double' and not private.meets(p_lift, p_last, p_lift.reps_max) then
        return row(
            v_lifted,
            array(
                select least(p_lift.reps_max[aim.place], greatest(aim.reps, p_last.reps[aim.place] + 1))
                from pg_catalog.unnest(p_lift.reps_min) with ordinality as aim (reps, place)
                order by aim.place
            ),
            pg_catalog.format(
                'Not all sets reached their most reps%s%s: a rep more in each, then more load.',
                coalesce(' with ' || private.shown_weight(v_lifted, p_lift.unit), ''), v_on
            )
        )::private.suggestion;
    end if;
    return private.heavier_load(p_lift, coalesce(v_lifted, 0), v_on);
end
$$;
comment on function private.next_load(private.lift, private.lift_session) is
'What to load and to reach next, from what the plan declares and what was done last.';
grant execute on function private.next_load(private.lift, private.lift_session) to authenticated;


create function private.suggested_sets(p_sets jsonb, p_lift private.lift, p_suggestion private.suggestion)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
    select pg_catalog.jsonb_agg(
        s.value || pg_catalog.jsonb_build_object(
            'reps', case
                when s.working then p_suggestion.reps[s.number] else (s.value ->> 'reps_min')::integer
            end,
            'weight', load.weight,
            'weight_unit', case when load.weight is not null then p_lift.unit end
        )
        order by s.place
    )
    from (
        select
            listed.value,
            listed.place,
            listed.value ->> 'set_type' <> 'warmup' as working,
            count(*) filter (where listed.value ->> 'set_type' <> 'warmup') over (order by listed.place) as number,
            private.weight_in((listed.value ->> 'weight')::numeric, listed.value ->> 'weight_unit', p_lift.unit)
            as declared,
            (listed.value ->> 'percent_1rm')::numeric / 100 * p_lift.estimate as of_estimate
        from pg_catalog.jsonb_array_elements(p_sets) with ordinality as listed (value, place)
    ) as s
    cross join lateral (
        select case
            when s.working and p_lift.shares[s.number] = 1 then p_suggestion.load
            when s.working then private.loadable(p_suggestion.load * p_lift.shares[s.number], p_lift.step)
            when s.of_estimate is not null then private.loadable(s.of_estimate, p_lift.step)
            -- A ramp of warm-ups grows with what it leads to.
            else coalesce(
                private.loadable(s.declared * p_suggestion.load / nullif(p_lift.start, 0), p_lift.step), s.declared
            )
        end as weight
    ) as load
$$;
comment on function private.suggested_sets(jsonb, private.lift, private.suggestion) is
'The sets of an exercise of a plan, each with the reps and the load to do now; a load that is open is null.';
grant execute on function private.suggested_sets(jsonb, private.lift, private.suggestion) to authenticated;
