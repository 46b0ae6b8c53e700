-- How many turns a user may have. A turn is counted before the model is asked, and whatever the user deletes, it stays
-- counted.

create function private.check_chat_limit(p_user_id uuid, p_window interval, p_most integer, p_name text)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_blocking timestamptz;
begin
    -- Of the latest p_most turns the oldest: once it leaves the window, there is room for another.
    select t.started_at into v_blocking
    from private.chat_turns as t
    where t.user_id = p_user_id and t.started_at > pg_catalog.now() - p_window
    order by t.started_at desc
    offset greatest(p_most, 1) - 1
    limit 1;
    if found then
        perform private.fail_until(
            'chat_limit_reached',
            pg_catalog.format(
                'You have sent %s in the last %s, which is the limit. Try again a little later.',
                case p_most when 1 then '1 message' else p_most || ' messages' end, p_name
            ),
            v_blocking + p_window
        );
    end if;
end
$$;
comment on function private.check_chat_limit(uuid, interval, integer, text) is
'Raises PT429 chat_limit_reached when the user has had p_most turns within the window, with the seconds to wait.';


-- Longer than any turn takes, so an open turn that is older belonged to an instance of the service that stopped.
create function private.check_no_turn_runs(p_user_id uuid, p_message_id uuid)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if exists (
        select from private.chat_turns as t
        where
            t.user_id = p_user_id
            and t.message_id = p_message_id
            and t.ended_at is null
            and t.started_at > pg_catalog.now() - interval '90 seconds'
    ) then
        perform private.fail(
            409, 'turn_running', 'The companion is still answering this message. Try again shortly to get the answer.',
            '2'
        );
    end if;
end
$$;
comment on function private.check_no_turn_runs(uuid, uuid) is
'Raises PT409 turn_running while a turn for this message runs, with the seconds to wait.';


-- Security definer, because users could otherwise take their turns back. It writes only the caller's rows, and its
-- caller holds the lock on the profile.
create function private.start_turn(p_message_id uuid, p_per_minute integer, p_per_day integer)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
begin
    perform private.check_service();
    perform private.check_no_turn_runs(v_user_id, p_message_id);
    perform private.check_chat_limit(v_user_id, interval '1 minute', p_per_minute, 'minute');
    perform private.check_chat_limit(v_user_id, interval '1 day', p_per_day, 'day');
    delete from private.chat_turns as t
    where t.user_id = v_user_id and t.started_at < pg_catalog.now() - interval '1 day';
    insert into private.chat_turns (user_id, message_id) values (v_user_id, p_message_id);
    insert into private.chat_usage as u (user_id, day, turns)
    values (v_user_id, (pg_catalog.now() at time zone 'UTC')::date, 1)
    on conflict (user_id, day) do update set turns = u.turns + 1;
end
$$;
comment on function private.start_turn(uuid, integer, integer) is
'Counts a turn of the caller that begins. Raises PT403 service_only, PT409 turn_running, PT429 chat_limit_reached.';
grant execute on function private.start_turn(uuid, integer, integer) to authenticated;


-- Security definer for the same reason.
create function private.end_turn(p_message_id uuid, p_usage jsonb)
returns void
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
begin
    perform private.check_service();
    update private.chat_turns as t
    set ended_at = pg_catalog.now()
    where t.user_id = v_user_id and t.message_id = p_message_id and t.ended_at is null;
    if found then
        update private.chat_usage as u
        set
            prompt_tokens = u.prompt_tokens + coalesce((p_usage ->> 'prompt_tokens')::bigint, 0),
            output_tokens = u.output_tokens + coalesce((p_usage ->> 'output_tokens')::bigint, 0)
        where u.user_id = v_user_id and u.day = (
            select max(latest.day) from private.chat_usage as latest
            where latest.user_id = v_user_id
        );
    end if;
end
$$;
comment on function private.end_turn(uuid, jsonb) is
'Ends the turn of a message of the caller, if one runs, and counts its tokens from {prompt_tokens, output_tokens}. '
'Raises PT403 service_only.';
grant execute on function private.end_turn(uuid, jsonb) to authenticated;
