-- Revisions: numbers by which clients that keep copies follow what changes, and notice that a copy is old.

create sequence private.revisions;
comment on sequence private.revisions is
'Each change of a row that clients may keep takes a number. Every function that writes for a user locks the profile '
'first, so a user''s later changes have greater numbers, and none appears below a number that a client has seen.';
grant usage on sequence private.revisions to authenticated;


create table private.deletions (
    user_id uuid not null references private.profiles (user_id) on delete cascade,
    id uuid not null,
    kind text not null
    constraint deletions_kind_check check (kind in ('exercise', 'plan', 'workout', 'measurement', 'memory')),
    revision bigint not null default nextval('private.revisions'),
    deleted_at timestamptz not null default clock_timestamp(),
    -- Clients choose ids, so a plan and a workout may have the same one.
    primary key (user_id, id, kind)
);
comment on table private.deletions is
'What a user has deleted in the last year, by its id alone: clients that were offline learn it from here, and its id '
'cannot be used again.';
create index deletions_user_id_revision_idx on private.deletions (user_id, revision);
create index deletions_deleted_at_idx on private.deletions (deleted_at);
grant select on private.deletions to authenticated;
alter table private.deletions enable row level security;
create policy "owner can select own deletions" on private.deletions
for select to authenticated using ((select auth.uid()) = user_id);


-- Security definer, because users may not write revisions. It acts only on the row that fired it.
create function private.revise()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    -- The end of a public plan changes workouts of other users, whose profiles nobody has locked yet.
    if new.user_id is distinct from auth.uid() then
        perform from private.profiles as p
        where p.user_id = new.user_id
        for no key update;
    end if;
    new.revision := pg_catalog.nextval('private.revisions');
    new.updated_at := pg_catalog.clock_timestamp();
    return new;
end
$$;
comment on function private.revise() is 'For update triggers: gives the changed row its next revision.';


-- Security definer, because users may not write this table. It acts only on the row that fired it.
create function private.record_deletion()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    delete from private.deletions as d
    where (d.user_id, d.id, d.kind) in (
        select
            old_enough.user_id,
            old_enough.id,
            old_enough.kind
        from private.deletions as old_enough
        where old_enough.deleted_at < pg_catalog.now() - interval '1 year'
        order by old_enough.deleted_at
        limit 20
        -- Another request purges these.
        for update skip locked
    );
    insert into private.deletions (user_id, id, kind)
    select
        old.user_id,
        old.id,
        tg_argv[0]
    -- When an account is deleted, all of this goes with it.
    where exists (
        select from private.profiles as p
        where p.user_id = old.user_id
    );
    return null;
end
$$;
comment on function private.record_deletion() is
'For delete triggers: keeps the id of the deleted row, of the kind that the trigger names, and purges entries that are '
'older than a year.';


create function private.new_id(p_user_id uuid, p_given jsonb)
returns uuid
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_id uuid := p_given ->> 'id';
begin
    if v_id is null then
        return pg_catalog.gen_random_uuid();
    end if;
    if exists (
        select from private.deletions as d
        where d.user_id = p_user_id and d.id = v_id
    ) then
        perform private.fail(409, 'id_taken', 'What had this id was deleted. Use a new one.', 'id');
    end if;
    return v_id;
end
$$;
comment on function private.new_id(uuid, jsonb) is
'The id of a new row: the one that the client gave as "id", or a random one. Raises PT409 id_taken for the id of '
'something that the user has deleted; the keys of the tables refuse those that are in use.';
grant execute on function private.new_id(uuid, jsonb) to authenticated;
