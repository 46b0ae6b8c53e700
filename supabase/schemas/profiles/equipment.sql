-- The equipment that exercises need and users have.

create table private.equipment (
    slug text primary key constraint equipment_slug_check check (slug ~ '^[a-z][a-z0-9_]*$'),
    name text not null constraint equipment_name_key unique
);
comment on table private.equipment is 'What an exercise can need and a user can have.';
grant select on private.equipment to authenticated;
alter table private.equipment enable row level security;
create policy "everyone signed in can select equipment" on private.equipment
for select to authenticated using (true);


create function private.equipment_faults(p_slugs text[], p_where text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_unknown text := (
        select pg_catalog.string_agg(coalesce(listed.slug, 'null'), ', ' order by listed.place)
        from pg_catalog.unnest(p_slugs) with ordinality as listed (slug, place)
        where not exists (select from private.equipment as e where e.slug = listed.slug)
    );
begin
    if v_unknown is not null then
        return private.fault('unknown_equipment', 'Unknown equipment: ' || v_unknown || '.', p_where);
    end if;
    return '[]';
end
$$;
comment on function private.equipment_faults(text[], text) is
'The fault unknown_equipment if a slug is not in private.equipment. p_where is the path of the list.';
grant execute on function private.equipment_faults(text[], text) to authenticated;
