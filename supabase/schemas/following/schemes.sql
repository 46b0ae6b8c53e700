-- Progression: what to load next. No function here reads a table, so the same rules serve dry runs.

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
