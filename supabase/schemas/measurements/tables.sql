-- Measurements of the body: its weight, its fat, and what a tape shows.

create table private.measurement_kinds (
    kind text constraint measurement_kinds_pkey primary key,
    quantity text not null
    constraint measurement_kinds_quantity_check check (quantity in ('weight', 'share', 'length')),
    least numeric not null,
    most numeric not null
);
comment on table private.measurement_kinds is
'What users measure, and between which values, in kg, percent or cm, it can be.';
grant select on private.measurement_kinds to authenticated;
alter table private.measurement_kinds enable row level security;
create policy "everyone signed in can select measurement kinds" on private.measurement_kinds
for select to authenticated using (true);
insert into private.measurement_kinds (kind, quantity, least, most)
values
('body_weight', 'weight', 20, 500),
('body_fat', 'share', 1, 75),
('neck', 'length', 15, 100),
('shoulders', 'length', 40, 250),
('chest', 'length', 40, 250),
('waist', 'length', 30, 300),
('hips', 'length', 40, 300),
('left_upper_arm', 'length', 10, 100),
('right_upper_arm', 'length', 10, 100),
('left_forearm', 'length', 10, 80),
('right_forearm', 'length', 10, 80),
('left_thigh', 'length', 20, 150),
('right_thigh', 'length', 20, 150),
('left_calf', 'length', 10, 100),
('right_calf', 'length', 10, 100);


create table private.measurements (
    user_id uuid not null references private.profiles (user_id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    kind text not null constraint measurements_kind_fkey references private.measurement_kinds (kind),
    -- A declared scale would round what the user entered, so a check limits the scale instead.
    value numeric not null
    constraint measurements_value_check check (value between 0 and 2000 and scale(trim_scale(value)) <= 3),
    unit text not null
    constraint measurements_unit_check check (unit in ('kg', 'lb', 'percent', 'cm', 'in')),
    measured_at timestamptz not null default now()
    constraint measurements_measured_at_check check (measured_at between '1970-01-01' and '9999-12-31'),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default clock_timestamp(),
    revision bigint not null default nextval('private.revisions'),
    primary key (user_id, id),
    -- Clients may choose the id.
    constraint measurements_id_key unique (id)
);
comment on table private.measurements is 'What users measured of themselves, as entered.';
create index measurements_user_id_kind_measured_at_id_idx on private.measurements (user_id, kind, measured_at, id);
create index measurements_user_id_measured_at_id_idx on private.measurements (user_id, measured_at, id);
create index measurements_user_id_created_at_idx on private.measurements (user_id, created_at);
create index measurements_user_id_revision_idx on private.measurements (user_id, revision);
create index measurements_kind_idx on private.measurements (kind);
grant select, delete on private.measurements to authenticated;
grant insert (user_id, id, kind, value, unit, measured_at) on private.measurements to authenticated;
alter table private.measurements enable row level security;
create policy "owner can select own measurements" on private.measurements
for select to authenticated using ((select auth.uid()) = user_id);
create policy "owner can insert own measurements" on private.measurements
for insert to authenticated with check ((select auth.uid()) = user_id);
create policy "owner can delete own measurements" on private.measurements
for delete to authenticated using ((select auth.uid()) = user_id);
create trigger record_deletion
after delete on private.measurements
for each row execute function private.record_deletion('measurement');
create trigger forget_answers
after delete on private.measurements
for each row execute function private.forget_answers();


create function private.measure_in(p_value numeric, p_from text, p_to text)
returns numeric
language sql
immutable
security invoker
return case
    when p_from = p_to then p_value
    when p_to = 'in' then p_value / 2.54
    when p_from = 'in' then p_value * 2.54
    else private.weight_in(p_value, p_from, p_to)
end;
comment on function private.measure_in(numeric, text, text) is
'A measure converted from one unit to another of the same quantity (kg and lb, or cm and in), not rounded.';
grant execute on function private.measure_in(numeric, text, text) to authenticated;


create function private.unit_of_user(p_quantity text, p_weight_unit text)
returns text
language sql
immutable
security invoker
return case p_quantity
    when 'weight' then p_weight_unit
    when 'share' then 'percent'
    when 'length' then case p_weight_unit when 'kg' then 'cm' else 'in' end
end;
comment on function private.unit_of_user(text, text) is
'The unit of a quantity for a user: who weighs in pounds measures in inches.';
grant execute on function private.unit_of_user(text, text) to authenticated;
