-- Listing plans, and the versions of a plan.

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
    v_answer jsonb;
begin
    if p_visibility is null or p_visibility not in ('own', 'public', 'all') then
        perform private.fail(422, 'invalid_visibility', '`visibility` must be own, public or all.', '?visibility');
    end if;
    with
    listed as (
        select p as plan
        from private.plans as p
        where
            (p_visibility <> 'public' and p.user_id = v_user_id)
            or (p_visibility <> 'own' and p.is_public)
    ),
    page as (
        select
            l.plan,
            pg_catalog.row_number() over (order by (l.plan).updated_at desc, (l.plan).id) as place
        from listed as l
        order by place
        offset v_offset
        limit p_per_page
    )
    select private.page_json(
        (
            select pg_catalog.jsonb_agg(private.plan_summary_json(page.plan, v) order by page.place)
            from page
            inner join private.plan_versions as v
                on
                    (page.plan).user_id = v.user_id
                    and (page.plan).id = v.plan_id
                    and (page.plan).version = v.version
        ),
        (select count(*) from listed),
        p_page,
        p_per_page
    )
    into v_answer;
    return v_answer;
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
