-- The equipment that exercises need and users have.

create table private.equipment (
    slug text primary key constraint equipment_slug_check check (slug ~ '^[a-z][a-z0-9_]*$'),
    name text not null constraint equipment_name_key unique
);
comment on table private.equipment is
'What an exercise can need and a user can have at hand.';
grant select on private.equipment to authenticated;
alter table private.equipment enable row level security;
create policy "everyone signed in can select equipment" on private.equipment
for select to authenticated using (true);
