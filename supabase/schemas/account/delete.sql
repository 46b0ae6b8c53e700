-- The end of an account.

-- Security definer, because no user may delete a profile in any other way. It acts on the caller's alone.
create function private.erase_account()
returns void
language sql
security definer
set search_path = ''
as $$
    delete from private.profiles as p
    where p.user_id = private.current_user_id()
$$;
comment on function private.erase_account() is
'Deletes the profile of the caller and with it, by foreign keys, all their rows.';
grant execute on function private.erase_account() to authenticated;


create function public.delete_account(p_confirmation text)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
    if p_confirmation is distinct from 'delete my account' then
        perform private.fail(
            422, 'not_confirmed', 'Confirm with the words "delete my account": nothing can be restored.', 'confirm'
        );
    end if;
    perform private.erase_account();
end
$$;
comment on function public.delete_account(text) is
'Deletes everything about the caller if p_confirmation is "delete my account". Calling it again changes nothing. '
'Raises PT422 not_confirmed.';
grant execute on function public.delete_account(text) to authenticated;
