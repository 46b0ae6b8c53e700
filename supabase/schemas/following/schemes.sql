-- The rules of progression: what to load next. The functions in this file read no tables, so dry runs use them too.

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
            else 'The plan sets no load. Choose one that you can lift for all reps; the next sessions build on it.'
        end
$$;
comment on function private.first_load(private.lift) is
'What to load if only the plan decides: the load that it starts with, or one that the user chooses.';
grant execute on function private.first_load(private.lift) to authenticated;


create function private.needs_deload(p_lift private.lift, p_last private.lift_session)
returns boolean
language sql
immutable
security invoker
return coalesce((p_last).misses > 0 and (p_last).misses % (p_lift).after_failures = 0, false);
comment on function private.needs_deload(private.lift, private.lift_session) is
'True if the follower missed targets as many times in a row as the plan allows before a deload.';
grant execute on function private.needs_deload(private.lift, private.lift_session) to authenticated;


create function private.deloaded(p_lift private.lift, p_weight numeric)
returns numeric
language sql
immutable
security invoker
return private.loadable(p_weight * (1 - (p_lift).deload_percent / 100), (p_lift).step);
comment on function private.deloaded(private.lift, numeric) is 'A weight reduced by the deload of the plan.';
grant execute on function private.deloaded(private.lift, numeric) to authenticated;


create function private.why_deload(p_lift private.lift, p_last private.lift_session, p_weight numeric)
returns text
language sql
stable
security invoker
return pg_catalog.format(
    '%s, so take %s %% off %s.',
    case (p_last).misses
        when 1 then 'You missed a target in the last session'
        else 'You missed targets in ' || (p_last).misses || ' sessions in a row'
    end,
    pg_catalog.trim_scale((p_lift).deload_percent),
    private.shown_weight(p_weight, (p_lift).unit)
);
comment on function private.why_deload(private.lift, private.lift_session, numeric) is
'The reason for a deload in a sentence.';
grant execute on function private.why_deload(private.lift, private.lift_session, numeric) to authenticated;


create function private.percent_load(p_lift private.lift, p_last private.lift_session)
returns private.suggestion
language sql
stable
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
                'You have no set yet to estimate your 1RM from. Choose a load that leaves some reps in reserve.'
            when planned.load > p_lift.ceiling then
                'The plan''s ceiling limits the load to ' || private.shown_weight(p_lift.ceiling, p_lift.unit) || '.'
            when private.needs_deload(p_lift, p_last) then private.why_deload(p_lift, p_last, p_lift.start)
            when p_lift.estimate is null then 'As the plan says.'
            else
                'The plan takes percentages of your estimated 1RM of '
                || private.shown_weight(p_lift.estimate, p_lift.unit) || '.'
        end
    from (
        select
            case
                when private.needs_deload(p_lift, p_last) then private.deloaded(p_lift, p_lift.start)
                else p_lift.start
            end as load
    ) as planned
$$;
comment on function private.percent_load(private.lift, private.lift_session) is
'What to load if the plan declares percentages of the estimated 1RM.';
grant execute on function private.percent_load(private.lift, private.lift_session) to authenticated;


create function private.heavier_load(p_lift private.lift, p_lifted numeric, p_on text)
returns private.suggestion
language sql
stable
security invoker
set search_path = ''
as $$
    select
        case when more.load > p_lift.ceiling then coalesce(p_lift.start, p_lifted) else more.load end,
        p_lift.reps_min,
        pg_catalog.format('You met all targets with %s%s, ', private.shown_weight(p_lifted, p_lift.unit), p_on)
        || case
            when more.load > p_lift.ceiling then
                pg_catalog.format(
                    'but a heavier load would exceed the ceiling of %s, so go back to %s.',
                    private.shown_weight(p_lift.ceiling, p_lift.unit),
                    private.shown_weight(coalesce(p_lift.start, p_lifted), p_lift.unit)
                )
            else 'so add ' || private.shown_weight(more.load - p_lifted, p_lift.unit) || '.'
        end
    from (
        select greatest(
            private.loadable(p_lifted + p_lift.increment, p_lift.step),
            -- An increment that rounds to nothing still adds a step.
            pg_catalog.trim_scale((pg_catalog.floor(p_lifted / p_lift.step) + 1) * p_lift.step)
        ) as load
    ) as more
$$;
comment on function private.heavier_load(private.lift, numeric, text) is
'What to load after a success: the increment more, or the starting load again if that would exceed the ceiling.';
grant execute on function private.heavier_load(private.lift, numeric, text) to authenticated;


create function private.load_after_miss(p_lift private.lift, p_last private.lift_session, p_lifted numeric, p_on text)
returns private.suggestion
language sql
stable
security invoker
set search_path = ''
as $$
    select
        case when missed.deload then private.deloaded(p_lift, p_lifted) else p_lifted end,
        p_lift.reps_min,
        case
            when missed.deload then private.why_deload(p_lift, p_last, p_lifted)
            else
                pg_catalog.format(
                    'You missed a target with %s%s, so repeat it.', private.shown_weight(p_lifted, p_lift.unit), p_on
                )
        end
    from (select private.needs_deload(p_lift, p_last) as deload) as missed
$$;
comment on function private.load_after_miss(private.lift, private.lift_session, numeric, text) is
'What to load after a missed target: the same load, or less if the plan asks for a deload.';
grant execute on function private.load_after_miss(private.lift, private.lift_session, numeric, text) to authenticated;


create function private.more_reps(p_lift private.lift, p_last private.lift_session, p_lifted numeric, p_on text)
returns private.suggestion
language sql
stable
security invoker
set search_path = ''
as $$
    select
        p_lifted,
        array(
            select least(p_lift.reps_max[aim.place], greatest(aim.reps, p_last.reps[aim.place] + 1))
            from pg_catalog.unnest(p_lift.reps_min) with ordinality as aim (reps, place)
            order by aim.place
        ),
        pg_catalog.format(
            'Not every set%s%s reached its maximum reps, so add reps before you add load.',
            ' with ' || private.shown_weight(p_lifted, p_lift.unit), p_on
        )
$$;
comment on function private.more_reps(private.lift, private.lift_session, numeric, text) is
'What to load if not every set reached its maximum reps: the same load, with a rep more in each set that did not.';
grant execute on function private.more_reps(private.lift, private.lift_session, numeric, text) to authenticated;


create function private.next_load(p_lift private.lift, p_last private.lift_session)
returns private.suggestion
language plpgsql
stable
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
    if p_last.weights is null or (p_lift.scheme is null and p_lift.start is not null) then
        return private.first_load(p_lift);
    end if;
    if p_lift.scheme is null then
        return row(v_lifted, p_lift.reps_min, 'This is what you lifted' || v_on || '.')::private.suggestion;
    end if;
    if not private.meets(p_lift, p_last, p_lift.reps_min) then
        return private.load_after_miss(p_lift, p_last, coalesce(v_lifted, 0), v_on);
    end if;
    if p_lift.scheme = 'double' and not private.meets(p_lift, p_last, p_lift.reps_max) then
        return private.more_reps(p_lift, p_last, v_lifted, v_on);
    end if;
    return private.heavier_load(p_lift, coalesce(v_lifted, 0), v_on);
end
$$;
comment on function private.next_load(private.lift, private.lift_session) is
'What to load and which reps to reach next, after the last session (null if there is none).';
grant execute on function private.next_load(private.lift, private.lift_session) to authenticated;
