-- Every new user gets a profile.

-- Sign-up forms and identity providers send names that may be missing, blank or very long.
create function private.default_display_name(p_email text, p_metadata jsonb)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
    select coalesce(
        (
            select pg_catalog.left(pg_catalog.btrim(candidate.name), 50)
            from (
                values
                (1, p_metadata ->> 'display_name'),
                (2, p_metadata ->> 'full_name'),
                (3, p_metadata ->> 'name'),
                (4, pg_catalog.split_part(p_email, '@', 1))
            ) as candidate (rank, name)
            where pg_catalog.btrim(candidate.name) <> ''
            order by candidate.rank
            limit 1
        ),
        'Athlete'
    )
$$;
comment on function private.default_display_name(text, jsonb) is
'The first display name of a user: the name given at sign-up, else the local part of the email address, else Athlete.';


-- Security definer, because Supabase Auth inserts the user as a role that may not write profiles. It acts only on the
-- row that fired it. Display names are not unique, so a name in use cannot break a sign-up.
create function private.create_profile()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    insert into private.profiles (user_id, display_name)
    values (new.id, private.default_display_name(new.email, new.raw_user_meta_data))
    on conflict (user_id) do nothing;
    return new;
end
$$;
comment on function private.create_profile() is 'Creates the profile of a new auth user.';

create trigger create_profile
after insert on auth.users
for each row execute function private.create_profile();
