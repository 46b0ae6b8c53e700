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
