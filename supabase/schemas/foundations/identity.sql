-- Who is calling.

create function private.current_user_id()
returns uuid
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_user_id uuid := auth.uid();
begin
    if v_user_id is null then
        perform private.fail(401, 'not_authenticated', 'Sign in to call this function.');
    end if;
    return v_user_id;
end
$$;
comment on function private.current_user_id() is
'The id of the user who calls. Raises PT401 not_authenticated when the request carries no user.';
grant execute on function private.current_user_id() to authenticated;
