-- What else is wrong with a request whose form is wrong, so that a client learns all of it at once. A value of a list
-- whose form is wrong is null here, so that the others keep their places.

create function private.workout_faults(p_user_id uuid, p_id uuid, p_workout jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_given private.workouts := pg_catalog.jsonb_populate_record(null::private.workouts, p_workout);
    v_stored private.workouts;
begin
    select w.* into v_stored from private.workouts as w
    where w.user_id = p_user_id and w.id = p_id;
    v_given.completed_at := coalesce(v_given.completed_at, v_stored.completed_at);
    return private.edited_plan_faults(v_stored, v_given)
        || private.time_faults(v_given)
        || private.unknown_exercise_faults(p_workout -> 'sets');
end
$$;
comment on function private.workout_faults(uuid, uuid, jsonb) is
'The faults of a workout that check_workout and insert_sets raise. p_id is null for a new workout.';
grant execute on function private.workout_faults(uuid, uuid, jsonb) to authenticated;


create function private.exercise_faults(p_user_id uuid, p_id uuid, p_exercise jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_exercise private.exercises;
begin
    select e.* into v_exercise from private.exercises as e
    where e.id = p_id;
    v_exercise := pg_catalog.jsonb_populate_record(v_exercise, p_exercise);
    v_exercise.user_id := p_user_id;
    v_exercise.equipment := pg_catalog.array_remove(v_exercise.equipment, null);
    v_exercise.primary_muscles := pg_catalog.array_remove(v_exercise.primary_muscles, null);
    v_exercise.secondary_muscles := pg_catalog.array_remove(v_exercise.secondary_muscles, null);
    return private.list_faults(v_exercise) || private.name_faults(v_exercise);
end
$$;
comment on function private.exercise_faults(uuid, uuid, jsonb) is
'The faults of an exercise of the user''s own that its triggers raise. p_id is null for a new exercise.';
grant execute on function private.exercise_faults(uuid, uuid, jsonb) to authenticated;


create function private.changed_profile_faults(p_profile private.profiles, p_changes jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_changed private.profiles := pg_catalog.jsonb_populate_record(p_profile, p_changes);
begin
    v_changed.equipment := pg_catalog.array_remove(v_changed.equipment, null);
    return private.profile_faults(p_profile, v_changed);
end
$$;
comment on function private.changed_profile_faults(private.profiles, jsonb) is
'The faults of changes of a profile that its trigger raises.';
grant execute on function private.changed_profile_faults(private.profiles, jsonb) to authenticated;


create function private.given_texts(p_texts jsonb)
returns text[]
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return array(
        select given.text from pg_catalog.jsonb_array_elements_text(p_texts) as given (text)
        where given.text is not null
    );
end
$$;
comment on function private.given_texts(jsonb) is 'The texts of a JSON list without its nulls; empty for null.';
grant execute on function private.given_texts(jsonb) to authenticated;


create function public.find_faults(p_kind text, p_document jsonb, p_id uuid default null)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_faults jsonb;
begin
    perform private.check_size(p_document, 1024);
    v_faults := case p_kind
        when 'workout' then private.workout_faults(v_profile.user_id, p_id, p_document)
        when 'plan' then private.plan_faults(v_profile.user_id, p_id, p_document)
        when 'exercise' then private.exercise_faults(v_profile.user_id, p_id, p_document)
        when 'profile' then private.changed_profile_faults(v_profile, p_document)
        when 'measurement' then private.measurement_faults(v_profile.weight_unit, p_document)
        when 'pause' then private.pause_faults(
            v_profile, coalesce((p_document ->> 'weeks')::integer, 1), (p_document ->> 'from')::date
        )
        when 'exercise_filters' then private.filter_faults(
            private.given_texts(p_document -> 'muscle'), private.given_texts(p_document -> 'equipment')
        )
        else '[]'
    end;
    return pg_catalog.jsonb_build_object('faults', v_faults);
end
$$;
comment on function public.find_faults(text, jsonb, uuid) is
'The rules of the domain that a request breaks: {faults: [{code, message, where}]}, as private.fault has them. '
'p_document is the request without the fields whose form is wrong; a fault at one of those, or at one that is missing, '
'means nothing. p_kind is workout, plan, exercise, profile, measurement, pause or exercise_filters; p_id is that '
'of the thing to change. Raises PT404 profile_not_found, PT413 body_too_large.';
grant execute on function public.find_faults(text, jsonb, uuid) to authenticated;
