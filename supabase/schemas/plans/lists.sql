-- Listing plans, and the versions of a plan.

create function private.listed_plans(p_user_id uuid, p_visibility text, p_offset bigint, p_limit integer)
returns setof private.plans
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    -- Each half is sorted by an index, and ends where the page does.
    return query
    select p.*
    from (
        (
            select own.* from private.plans as own
            where p_visibility <> 'public' and own.user_id = p_user_id
            order by own.updated_at desc, own.id
            limit p_offset + p_limit
        )
        union all
        (
            select other.* from private.plans as other
            where p_visibility <> 'own' and other.is_public and (p_visibility = 'public' or other.user_id <> p_user_id)
            order by other.updated_at desc, other.id
            limit p_offset + p_limit
        )
    ) as p
    order by p.updated_at desc, p.id
    offset p_offset
    limit p_limit;
end
$$;
comment on function private.listed_plans(uuid, text, bigint, integer) is
'A page of the plans that a user can see, latest change first: own, public or all.';
grant execute on function private.listed_plans(uuid, text, bigint, integer) to authenticated;


create function private.count_plans(p_user_id uuid, p_visibility text)
returns bigint
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return case
        when p_visibility = 'public' then 0
        else (
            select count(*) from private.plans as p
            where p.user_id = p_user_id and (p_visibility = 'own' or not p.is_public)
        )
    end + case
        when p_visibility = 'own' then 0
        else (select coalesce(sum(c.plans), 0) from private.public_plan_counts as c)
    end;
end
$$;
comment on function private.count_plans(uuid, text) is 'How many plans a user can see: own, public or all.';
grant execute on function private.count_plans(uuid, text) to authenticated;


create function public.list_plans(
    p_visibility text default 'own', p_page integer default 1, p_per_page integer default 20
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
    v_offset bigint := private.page_offset(p_page, p_per_page);
begin
    if p_visibility is null or p_visibility not in ('own', 'public', 'all') then
        perform private.fail(422, 'invalid_visibility', '`visibility` must be own, public or all.', '?visibility');
    end if;
    return private.page_json(
        (
            select pg_catalog.jsonb_agg(
                private.plan_summary_json(listed, v) order by listed.updated_at desc, listed.id
            )
            from private.listed_plans(v_user_id, p_visibility, v_offset, p_per_page) as listed
            inner join private.plan_versions as v
                on listed.user_id = v.user_id and listed.id = v.plan_id and listed.version = v.version
        ),
        private.count_plans(v_user_id, p_visibility),
        p_page,
        p_per_page
    );
end
$$;
comment on function public.list_plans(text, integer, integer) is
'A page of plans in their current version, without their days, latest change first: {items, total, page, per_page}. '
'p_visibility is own, public (the caller''s public plans included) or all. Raises PT422 invalid_visibility, '
'invalid_page.';
grant execute on function public.list_plans(text, integer, integer) to authenticated;


create function public.list_plan_versions(p_id uuid, p_page integer default 1, p_per_page integer default 20)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
    v_offset bigint := private.page_offset(p_page, p_per_page);
    v_plan private.plans;
    v_answer jsonb;
begin
    select p.* into v_plan from private.plans as p
    where p.id = p_id and p.user_id = v_user_id;
    if not found then
        perform private.fail(404, 'plan_not_found', 'No plan has this id.');
    end if;
    with
    page as (
        select v as version
        from private.plan_versions as v
        where v.user_id = v_user_id and v.plan_id = p_id
        order by v.version desc
        offset v_offset
        limit p_per_page
    )
    select private.page_json(
        (
            select pg_catalog.jsonb_agg(
                private.plan_summary_json(v_plan, page.version)
                || pg_catalog.jsonb_build_object('days', private.plan_days_json(page.version))
                order by (page.version).version desc
            )
            from page
        ),
        v_plan.version,
        p_page,
        p_per_page
    )
    into v_answer;
    return v_answer;
end
$$;
comment on function public.list_plan_versions(uuid, integer, integer) is
'A page of all versions of one of the caller''s own plans, with their days, latest first: {items, total, page, '
'per_page}. Raises PT404 plan_not_found, also for another user''s public plan, whose earlier versions are not public, '
'and PT422 invalid_page.';
grant execute on function public.list_plan_versions(uuid, integer, integer) to authenticated;
