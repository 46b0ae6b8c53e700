-- Reading the affinity of the caller.

create function private.affinity_today(p_profile private.profiles)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.jsonb_build_object(
        'earned', sum(today.earned),
        'cap', sum(today.cap),
        'by_kind', pg_catalog.jsonb_agg(pg_catalog.to_jsonb(today) - 'position' order by today.position)
    )
    from (
        select
            rule.kind,
            rule.position,
            rule.label,
            rule.daily_cap as cap,
            (
                select coalesce(sum(e.points), 0) from private.affinity_events as e
                where e.user_id = p_profile.user_id and e.earned_on = day.today and e.kind = rule.kind
            ) as earned
        from private.affinity_rules as rule
        cross join private.ledger_day(p_profile) as day (today)
    ) as today
$$;
comment on function private.affinity_today(private.profiles) is
'What the user has earned on the current day, and the most that they can earn: {earned, cap, by_kind: [{kind, label, '
'earned, cap}]}.';
grant execute on function private.affinity_today(private.profiles) to authenticated;


create function public.get_affinity(p_page integer default 1, p_per_page integer default 20)
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
    v_events jsonb;
    v_levels jsonb;
begin
    select pg_catalog.jsonb_agg(
        pg_catalog.to_jsonb(page) - array['user_id', 'source']
        order by page.earned_on desc, page.created_at desc, page.id desc
    )
    into v_events
    from (
        select e.* from private.affinity_events as e
        where e.user_id = v_profile.user_id
        order by e.earned_on desc, e.created_at desc, e.id desc
        offset v_offset
        limit p_per_page
    ) as page;
    select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(l) order by l.level) into v_levels
    from private.affinity_levels as l;
    return private.affinity_standing(v_profile.affinity_score) || pg_catalog.jsonb_build_object(
        'today', private.affinity_today(v_profile),
        'levels', v_levels,
        'events', private.page_json(
            v_events,
            (select count(*) from private.affinity_events as e where e.user_id = v_profile.user_id),
            p_page,
            p_per_page
        )
    );
end
$$;
comment on function public.get_affinity(integer, integer) is
'How close the caller and the companion are, what the caller has earned today, all levels, and a page of the ledger, '
'latest day first: {score, level, title, next_level_at, today, levels, events}. Raises PT404 profile_not_found, PT422 '
'invalid_page.';
grant execute on function public.get_affinity(integer, integer) to authenticated;
