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


-- A turn begins. It takes three calls: the first stores what the user says, so that no failure loses it; the second
-- returns what the prompt needs; the third stores the reply. No connection is held while the model generates.

create function private.chat_answer_json(p_reply private.messages)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select
        p_reply.details - array['memories_used', 'memories_saved']
        || pg_catalog.jsonb_build_object(
            'conversation_id', p_reply.conversation_id,
            'message_id', p_reply.id,
            'reply', p_reply.content,
            -- The joins leave out memories that the user has deleted since.
            'memories_used', (
                select coalesce(
                    pg_catalog.jsonb_agg(
                        pg_catalog.jsonb_build_object(
                            'id', m.id, 'content', m.content, 'kind', m.kind, 'score', used.value -> 'score'
                        )
                        order by used.ordinality
                    ),
                    '[]'
                )
                from pg_catalog.jsonb_array_elements(p_reply.details -> 'memories_used') with ordinality as used
                inner join private.memories as m
                    on m.user_id = p_reply.user_id and (used.value ->> 'id')::uuid = m.id
            ),
            'memories_saved', (
                select coalesce(
                    pg_catalog.jsonb_agg(
                        pg_catalog.jsonb_build_object('id', m.id, 'content', m.content, 'kind', m.kind)
                        order by saved.ordinality
                    ),
                    '[]'
                )
                from pg_catalog.jsonb_array_elements_text(p_reply.details -> 'memories_saved') with ordinality as saved
                inner join private.memories as m on m.user_id = p_reply.user_id and saved.value::uuid = m.id
            )
        )
$$;
comment on function private.chat_answer_json(private.messages) is 'A reply as the API returns it.';
grant execute on function private.chat_answer_json(private.messages) to authenticated;


create function private.find_reply(p_user_id uuid, p_message_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select private.chat_answer_json(m)
    from private.messages as m
    where m.user_id = p_user_id and m.reply_to = p_message_id
$$;
comment on function private.find_reply(uuid, uuid) is
'The reply to a message as the API returns it; null before there is one.';
grant execute on function private.find_reply(uuid, uuid) to authenticated;


create function private.check_conversation(p_user_id uuid, p_id uuid)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if not exists (
        select from private.conversations as c
        where c.user_id = p_user_id and c.id = p_id
    ) then
        perform private.fail(404, 'conversation_not_found', 'No conversation has this id.');
    end if;
end
$$;
comment on function private.check_conversation(uuid, uuid) is
'Raises PT404 conversation_not_found, also for a conversation of another user.';
grant execute on function private.check_conversation(uuid, uuid) to authenticated;


create function private.find_message(p_user_id uuid, p_id uuid)
returns private.messages
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_message private.messages;
begin
    select m.* into v_message from private.messages as m
    where m.user_id = p_user_id and m.id = p_id and m.role = 'user';
    if not found then
        perform private.fail(404, 'conversation_not_found', 'The conversation of this message no longer exists.');
    end if;
    return v_message;
end
$$;
comment on function private.find_message(uuid, uuid) is
'A message that the user sent. Raises PT404 conversation_not_found.';
grant execute on function private.find_message(uuid, uuid) to authenticated;


create function private.check_conversation_count(p_user_id uuid)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if exists (
        select from private.conversations as c
        where c.user_id = p_user_id
        offset 4999
    ) then
        perform private.fail(
            409, 'too_many_conversations',
            'You have 5,000 conversations, which is the most. Go on in one of them, or delete some.'
        );
    end if;
end
$$;
comment on function private.check_conversation_count(uuid) is
'Raises PT409 too_many_conversations when the user has 5,000.';
grant execute on function private.check_conversation_count(uuid) to authenticated;


create function private.insert_message(p_user_id uuid, p_conversation_id uuid, p_message text)
returns private.messages
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_conversation_id uuid := coalesce(p_conversation_id, pg_catalog.gen_random_uuid());
    v_message private.messages;
begin
    if p_conversation_id is null then
        perform private.check_conversation_count(p_user_id);
        insert into private.conversations (user_id, id, title)
        values (p_user_id, v_conversation_id, pg_catalog.left(pg_catalog.btrim(p_message), 80));
    end if;
    insert into private.messages (user_id, conversation_id, role, content)
    values (p_user_id, v_conversation_id, 'user', p_message)
    returning * into v_message;
    return v_message;
end
$$;
comment on function private.insert_message(uuid, uuid, text) is
'Stores a message of the user in a conversation, or in a new one, whose title is its beginning. Raises PT409 '
'too_many_conversations.';
grant execute on function private.insert_message(uuid, uuid, text) to authenticated;


create function public.begin_chat_turn(
    p_message text,
    p_conversation_id uuid default null,
    p_idempotency_key text default null,
    p_per_minute integer default 10,
    p_per_day integer default 200
)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles;
    v_request jsonb := pg_catalog.jsonb_build_array(p_message, p_conversation_id);
    v_message private.messages;
    v_turn jsonb;
    v_answer jsonb;
begin
    perform private.check_service();
    v_profile := private.lock_profile();
    v_turn := private.replay_answer('chat', p_idempotency_key, v_request);
    if v_turn is null then
        if p_conversation_id is not null then
            perform private.check_conversation(v_profile.user_id, p_conversation_id);
        end if;
        v_message := private.insert_message(v_profile.user_id, p_conversation_id, p_message);
        v_turn := pg_catalog.jsonb_build_object(
            'conversation_id', v_message.conversation_id, 'message_id', v_message.id
        );
        perform private.remember_answer('chat', p_idempotency_key, v_request, v_turn, v_message.conversation_id);
    end if;
    v_answer := private.find_reply(v_profile.user_id, (v_turn ->> 'message_id')::uuid);
    if v_answer is null then
        perform private.start_turn((v_turn ->> 'message_id')::uuid, p_per_minute, p_per_day);
    end if;
    return v_turn || pg_catalog.jsonb_build_object('answer', v_answer);
end
$$;
comment on function public.begin_chat_turn(text, uuid, text, integer, integer) is
'Stores a message of the caller, in one of their conversations or in a new one, and counts a turn: {conversation_id, '
'message_id, answer}. A key that was used before returns that message, with its answer if there is one; without one, '
'another turn begins. For the service alone. Raises PT403 service_only, PT404 profile_not_found, '
'conversation_not_found, PT409 idempotency_key_spent, turn_running, too_many_conversations, PT422 '
'invalid_idempotency_key, idempotency_key_reused, PT429 chat_limit_reached.';
grant execute on function public.begin_chat_turn(text, uuid, text, integer, integer) to authenticated;


-- What the prompt contains about the user.

create function private.recalled_json(p_profile private.profiles, p_embedding extensions.vector, p_text text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return (
        with
        matched as (
            select
                m.id,
                m.score
            from public.match_memories(p_embedding, p_text, 10) as m
        ),
        -- The prompt always has what the user pinned.
        pinned as (
            select
                m.id,
                null::real as score
            from private.memories as m
            where m.user_id = p_profile.user_id
                and m.pinned
                and private.is_recallable(m.superseded_at, m.expires_at)
                and not exists (select from matched where matched.id = m.id)
            order by m.importance desc, m.last_told_at desc
            limit 5
        )
        select coalesce(
            pg_catalog.jsonb_agg(
                pg_catalog.jsonb_build_object(
                    'id', m.id,
                    'content', m.content,
                    'kind', m.kind,
                    'score', pg_catalog.round(recalled.score::numeric, 3),
                    'told_on', (m.last_told_at at time zone p_profile.timezone)::date
                )
                order by recalled.score desc nulls last, m.id
            ),
            '[]'
        )
        from (
            select * from matched
            union all
            select * from pinned
        ) as recalled
        inner join private.memories as m on m.user_id = p_profile.user_id and recalled.id = m.id
    );
end
$$;
comment on function private.recalled_json(private.profiles, extensions.vector, text) is
'The memories that a message calls to mind, and up to five pinned ones: [{id, content, kind, score, told_on}].';
grant execute on function private.recalled_json(private.profiles, extensions.vector, text) to authenticated;


create function private.latest_workouts_json(p_profile private.profiles, p_latest private.workouts[])
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return (
        select coalesce(
            pg_catalog.jsonb_agg(
                pg_catalog.jsonb_build_object(
                    'on', (w.completed_at at time zone p_profile.timezone)::date,
                    'title', coalesce(w.title, w.plan_name),
                    'mood', w.mood,
                    'exercises', (
                        select pg_catalog.jsonb_agg(done ->> 'exercise_name')
                        from pg_catalog.json_array_elements(w.exercises) as done
                    )
                )
                order by w.completed_at desc
            ),
            '[]'
        )
        from pg_catalog.unnest(p_latest) as w
    );
end
$$;
comment on function private.latest_workouts_json(private.profiles, private.workouts[]) is
'Workouts as the prompt names them, latest first: [{on, title, mood, exercises}].';
grant execute on function private.latest_workouts_json(private.profiles, private.workouts[]) to authenticated;


create function private.beaten_records_json(p_profile private.profiles, p_latest private.workouts[])
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return (
        select coalesce(
            pg_catalog.jsonb_agg(
                r.value::jsonb - 'exercise_id' || pg_catalog.jsonb_build_object(
                    'on', (w.completed_at at time zone p_profile.timezone)::date
                )
            ),
            '[]'
        )
        from pg_catalog.unnest(p_latest) as w
        cross join pg_catalog.json_array_elements(
            private.personal_records_json(p_profile.user_id, w.id, p_profile.weight_unit)
        ) as r
        where r.value ->> 'previous' is not null
    );
end
$$;
comment on function private.beaten_records_json(private.profiles, private.workouts[]) is
'The earlier records that workouts beat: [{exercise_name, kind, value, unit, previous, on}].';
grant execute on function private.beaten_records_json(private.profiles, private.workouts[]) to authenticated;


create function private.next_session_json(p_profile private.profiles)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return (
        select pg_catalog.jsonb_build_object(
            'plan', due.session -> 'plan_name',
            'day', due.session -> 'day_name',
            'due_on', due.session -> 'due_on',
            'exercises', (
                select pg_catalog.jsonb_agg(
                    x.value - array['superset', 'notes', 'exercise_id', 'missing_equipment', 'injured_joints']
                    || pg_catalog.jsonb_build_object(
                        'sets', pg_catalog.jsonb_array_length(x.value -> 'sets'),
                        'load', x.value #> '{sets,-1,weight}',
                        'reps', x.value #> '{sets,-1,reps}',
                        'alternatives', (
                            select coalesce(pg_catalog.jsonb_agg(a -> 'exercise_name'), '[]')
                            from pg_catalog.jsonb_array_elements(x.value -> 'alternatives') as a
                        )
                    )
                )
                from pg_catalog.jsonb_array_elements(due.session -> 'exercises') as x
            )
        )
        from (
            select public.get_next_session(w.plan_id) as session
            from private.workouts as w
            inner join private.plans as p on w.plan_id = p.id
            where w.user_id = p_profile.user_id
            order by w.completed_at desc
            limit 1
        ) as due
    );
end
$$;
comment on function private.next_session_json(private.profiles) is
'The session that is due in the plan that the user followed last, with the last set of each exercise: {plan, day, '
'due_on, exercises}; null when the user follows none.';
grant execute on function private.next_session_json(private.profiles) to authenticated;


create function private.training_json(p_profile private.profiles)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_latest private.workouts[] := array(
        select w from private.workouts as w
        where w.user_id = p_profile.user_id
        order by w.completed_at desc, w.id desc
        limit 3
    );
begin
    return pg_catalog.jsonb_build_object(
        'streak', private.streak_json(p_profile),
        'workouts', private.latest_workouts_json(p_profile, v_latest),
        'records', private.beaten_records_json(p_profile, v_latest),
        'next_session', private.next_session_json(p_profile)
    );
end
$$;
comment on function private.training_json(private.profiles) is
'The training of a user as the prompt describes it: {streak, workouts, records, next_session}, with the last three '
'workouts and the records that they beat.';
grant execute on function private.training_json(private.profiles) to authenticated;


create function private.messages_before(p_message private.messages)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return (
        select coalesce(
            pg_catalog.jsonb_agg(
                pg_catalog.jsonb_build_object('role', said.role, 'content', said.content) order by said.created_at
            ),
            '[]'
        )
        from (
            select m.* from private.messages as m
            where
                m.user_id = p_message.user_id
                and m.conversation_id = p_message.conversation_id
                and m.created_at < p_message.created_at
            order by m.created_at desc
            limit 20
        ) as said
    );
end
$$;
comment on function private.messages_before(private.messages) is
'The last 20 messages of the conversation before a message, oldest first: [{role, content}].';
grant execute on function private.messages_before(private.messages) to authenticated;


create function public.get_chat_context(p_message_id uuid, p_embedding extensions.vector default null)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles;
    v_message private.messages;
begin
    perform private.check_service();
    v_profile := private.current_profile();
    v_message := private.find_message(v_profile.user_id, p_message_id);
    return pg_catalog.jsonb_build_object(
        'user', pg_catalog.to_jsonb(v_profile)
        - array['user_id', 'birth_date', 'preferences', 'affinity_score', 'created_at', 'timezone']
        || pg_catalog.jsonb_build_object(
            'age', extract(year from pg_catalog.age(v_profile.birth_date))::integer,
            'local_time', pg_catalog.to_char(
                pg_catalog.now() at time zone v_profile.timezone, 'FMDay, YYYY-MM-DD HH24:MI'
            )
        ),
        'affinity', private.affinity_standing(v_profile.affinity_score),
        'memories', private.recalled_json(v_profile, p_embedding, v_message.content),
        'training', private.training_json(v_profile),
        'messages', private.messages_before(v_message)
    );
end
$$;
comment on function public.get_chat_context(uuid, extensions.vector) is
'What the prompt needs for a message of the caller: {user, affinity, memories, training, messages}. Without a vector '
'it finds memories by their words. For the service alone. Raises PT403 service_only, PT404 conversation_not_found, '
'profile_not_found.';
grant execute on function public.get_chat_context(uuid, extensions.vector) to authenticated;


-- A turn ends: the companion's reply is stored, with what follows from it.

-- The prompt asks the model to remember only what the user said. This holds it to that: a draft that shares no word
-- with the message was not said in it, and what was recalled must not be remembered again and again.
create function private.learn(p_message private.messages, p_drafts jsonb)
returns uuid[]
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_draft jsonb;
    v_memory private.memories;
    v_learnt uuid[] := '{}';
begin
    for v_draft in select d.value from pg_catalog.jsonb_array_elements(p_drafts) as d limit 5 loop
        if pg_catalog.btrim(v_draft ->> 'content') <> ''
            and private.gist(v_draft ->> 'content') && private.gist(p_message.content) then
            v_memory := private.remember(p_message.user_id, v_draft - 'id', p_message.id);
            v_learnt := v_learnt || v_memory.id;
        end if;
    end loop;
    return v_learnt;
end
$$;
comment on function private.learn(private.messages, jsonb) is
'Stores what a message says as memories, from up to five drafts, and returns their ids.';
grant execute on function private.learn(private.messages, jsonb) to authenticated;


-- Security definer, because users may not write the companion's words. It replies only to a message of the caller, and
-- its caller holds the lock on the profile.
create function private.store_reply(p_message private.messages, p_reply text, p_details jsonb)
returns private.messages
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
    v_reply private.messages;
begin
    perform private.check_service();
    insert into private.messages (user_id, conversation_id, role, content, reply_to, details)
    select m.user_id, m.conversation_id, 'companion', p_reply, m.id, p_details
    from private.messages as m
    where m.user_id = v_user_id and m.id = p_message.id and m.role = 'user'
    returning * into v_reply;
    return v_reply;
end
$$;
comment on function private.store_reply(private.messages, text, jsonb) is
'Stores the reply to a message of the caller. Raises PT403 service_only.';
grant execute on function private.store_reply(private.messages, text, jsonb) to authenticated;


create function public.complete_chat_turn(p_message_id uuid, p_turn jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles;
    v_message private.messages;
    v_reply private.messages;
    v_answer jsonb;
begin
    perform private.check_size(p_turn, 1024);
    perform private.check_service();
    v_profile := private.lock_profile();
    -- Of two calls for one message, the second returns the reply of the first.
    v_answer := private.find_reply(v_profile.user_id, p_message_id);
    if v_answer is not null then
        return v_answer;
    end if;
    v_message := private.find_message(v_profile.user_id, p_message_id);
    perform private.end_turn(p_message_id, p_turn -> 'usage');
    v_reply := private.store_reply(
        v_message,
        p_turn ->> 'reply',
        pg_catalog.jsonb_build_object(
            'expression', p_turn -> 'expression',
            'suggestions', coalesce(p_turn -> 'suggestions', '[]'),
            'memories_used', coalesce(p_turn -> 'memories_used', '[]'),
            'memories_saved', pg_catalog.to_jsonb(private.learn(v_message, coalesce(p_turn -> 'memories', '[]'))),
            'affinity', private.award_conversation(p_message_id) - 'events',
            'usage', p_turn -> 'usage',
            'degraded', coalesce(p_turn -> 'degraded', '[]'),
            'cut_off', coalesce(p_turn -> 'cut_off', 'false'),
            'refused', coalesce(p_turn -> 'refused', 'false')
        )
    );
    return private.chat_answer_json(v_reply);
end
$$;
comment on function public.complete_chat_turn(uuid, jsonb) is
'Stores the reply to a message of the caller: from {reply, expression, suggestions, memories, memories_used: [{id, '
'score}], usage, degraded, cut_off, refused} it makes the answer of the API. A message gets one reply. For the '
'service alone. Raises PT403 service_only, PT404 conversation_not_found, profile_not_found, PT413 body_too_large.';
grant execute on function public.complete_chat_turn(uuid, jsonb) to authenticated;


create function public.end_chat_turn(p_message_id uuid, p_usage jsonb)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
    perform private.check_service();
    perform private.lock_profile();
    perform private.end_turn(p_message_id, p_usage);
end
$$;
comment on function public.end_chat_turn(uuid, jsonb) is
'Ends the turn of a message of the caller without a reply, and counts its tokens from {prompt_tokens, output_tokens}: '
'the same message can then be sent again. For the service alone. Raises PT403 service_only, PT404 profile_not_found.';
grant execute on function public.end_chat_turn(uuid, jsonb) to authenticated;


-- Reading and deleting conversations.

create function public.list_conversations(p_page integer default 1, p_per_page integer default 20)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    with
    page as (
        select c.* from private.conversations as c
        where c.user_id = (select private.current_user_id())
        order by c.last_message_at desc, c.id
        offset private.page_offset(p_page, p_per_page)
        limit p_per_page
    )
    select private.page_json(
        (
            select pg_catalog.jsonb_agg(
                pg_catalog.to_jsonb(page) - 'user_id'
                || pg_catalog.jsonb_build_object(
                    'messages', (
                        select count(*) from private.messages as m
                        where m.user_id = page.user_id and m.conversation_id = page.id
                    )
                )
                order by page.last_message_at desc, page.id
            )
            from page
        ),
        (select count(*) from private.conversations as c where c.user_id = (select private.current_user_id())),
        p_page,
        p_per_page
    )
$$;
comment on function public.list_conversations(integer, integer) is
'A page of the conversations of the caller with the number of their messages, latest first. Raises PT422 invalid_page.';
grant execute on function public.list_conversations(integer, integer) to authenticated;


create function public.list_messages(p_conversation_id uuid, p_page integer default 1, p_per_page integer default 20)
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
    perform private.check_conversation(v_user_id, p_conversation_id);
    return private.page_json(
        (
            select pg_catalog.jsonb_agg(
                pg_catalog.jsonb_build_object(
                    'id', page.id,
                    'role', page.role,
                    'content', page.content,
                    'created_at', page.created_at,
                    'expression', page.details -> 'expression',
                    'cut_off', coalesce((page.details ->> 'cut_off')::boolean, false)
                )
                order by page.created_at desc, page.id
            )
            from (
                select m.* from private.messages as m
                where m.user_id = v_user_id and m.conversation_id = p_conversation_id
                order by m.created_at desc, m.id
                offset v_offset
                limit p_per_page
            ) as page
        ),
        (
            select count(*) from private.messages as m
            where m.user_id = v_user_id and m.conversation_id = p_conversation_id
        ),
        p_page,
        p_per_page
    );
end
$$;
comment on function public.list_messages(uuid, integer, integer) is
'A page of the messages of a conversation of the caller, latest first. Raises PT404 conversation_not_found, PT422 '
'invalid_page.';
grant execute on function public.list_messages(uuid, integer, integer) to authenticated;


create function public.delete_conversation(p_id uuid, p_keep_memories boolean default true)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
begin
    perform private.check_conversation(v_profile.user_id, p_id);
    if not coalesce(p_keep_memories, true) then
        delete from private.memories as learnt
        where learnt.user_id = v_profile.user_id and learnt.message_id in (
            select m.id from private.messages as m
            where m.user_id = v_profile.user_id and m.conversation_id = p_id
        );
    end if;
    delete from private.conversations as c
    where c.user_id = v_profile.user_id and c.id = p_id;
end
$$;
comment on function public.delete_conversation(uuid, boolean) is
'Deletes a conversation of the caller with its messages, and without p_keep_memories also with the memories that the '
'companion learnt from it. Raises PT404 conversation_not_found, profile_not_found.';
grant execute on function public.delete_conversation(uuid, boolean) to authenticated;
