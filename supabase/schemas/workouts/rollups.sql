-- What is kept about workouts when their sets are written, so that reading need not add up the sets again.

-- Not granted to anybody, like the trigger functions that call it.
create function private.refresh_earlier_bests(p_user_id uuid, p_exercise_id uuid, p_since timestamptz)
returns void
language plpgsql
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
    update private.workout_exercises as x
    set
        earlier_volume_kg = history.volume_kg,
        earlier_weight_kg = history.weight_kg,
        earlier_estimated_1rm_kg = history.estimated_1rm_kg,
        earlier_reps = history.reps
    from (
        select
            later.workout_id,
            greatest(before.volume_kg, max(later.volume_kg) over earlier) as volume_kg,
            greatest(before.weight_kg, max(later.weight_kg) over earlier) as weight_kg,
            greatest(before.estimated_1rm_kg, max(later.estimated_1rm_kg) over earlier) as estimated_1rm_kg,
            greatest(before.reps, max(later.reps) over earlier) as reps
        from private.workout_exercises as later
        left join (
            select
                greatest(e.volume_kg, e.earlier_volume_kg) as volume_kg,
                greatest(e.weight_kg, e.earlier_weight_kg) as weight_kg,
                greatest(e.estimated_1rm_kg, e.earlier_estimated_1rm_kg) as estimated_1rm_kg,
                greatest(e.reps, e.earlier_reps) as reps
            from private.workout_exercises as e
            where e.user_id = p_user_id and e.exercise_id = p_exercise_id and e.performed_at < p_since
            order by e.performed_at desc, e.logged_at desc, e.workout_id desc
            limit 1
        ) as before on true
        where later.user_id = p_user_id and later.exercise_id = p_exercise_id and later.performed_at >= p_since
        window earlier as (
            order by later.performed_at, later.logged_at, later.workout_id
            rows between unbounded preceding and 1 preceding
        )
    ) as history
    where
        x.user_id = p_user_id
        and x.exercise_id = p_exercise_id
        and x.workout_id = history.workout_id
        and (x.earlier_volume_kg, x.earlier_weight_kg, x.earlier_estimated_1rm_kg, x.earlier_reps)
        is distinct from (history.volume_kg, history.weight_kg, history.estimated_1rm_kg, history.reps);
end
$$;
comment on function private.refresh_earlier_bests(uuid, uuid, timestamptz) is
'Computes again, for the workouts of a user since a moment, the best that earlier workouts reached in an exercise. It '
'relies on what is stored for the workouts before.';


-- Not granted to anybody either.
create function private.total_workout(p_user_id uuid, p_workout_id uuid)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
    update private.workouts as w
    set
        has_work = total.has_work,
        total_sets = total.total_sets,
        working_sets = total.working_sets,
        total_volume_kg = total.volume_kg,
        rpe_sum = total.rpe_sum,
        rpe_count = total.rpe_count,
        exercises = total.exercises,
        muscles = coalesce(trained.muscles, '{}'),
        hard_sets = coalesce(trained.hard_sets, '{}')
    from (
        select
            pg_catalog.bool_or(x.has_work) as has_work,
            sum(x.total_sets) as total_sets,
            sum(x.working_sets) as working_sets,
            coalesce(sum(x.volume_kg), 0) as volume_kg,
            sum(x.rpe_sum) as rpe_sum,
            sum(x.rpe_count) as rpe_count,
            pg_catalog.json_agg(
                pg_catalog.json_build_object(
                    'exercise_id', x.exercise_id, 'exercise_name', e.name, 'working_sets', x.working_sets
                )
                order by x.position
            ) as exercises
        from private.workout_exercises as x
        inner join private.exercises as e on x.exercise_id = e.id
        where x.user_id = p_user_id and x.workout_id = p_workout_id
    ) as total
    cross join (
        select
            pg_catalog.array_agg(worked.muscle) as muscles,
            pg_catalog.array_agg(worked.hard_sets) as hard_sets
        from (
            select
                named.muscle,
                sum(
                    x.working_sets
                    * case when named.place <= pg_catalog.cardinality(e.primary_muscles) then 1 else 0.5 end
                ) as hard_sets
            from private.workout_exercises as x
            inner join private.exercises as e on x.exercise_id = e.id
            cross join lateral pg_catalog.unnest(e.primary_muscles || e.secondary_muscles) with ordinality
                as named (muscle, place)
            where x.user_id = p_user_id and x.workout_id = p_workout_id and x.working_sets > 0
            group by named.muscle
        ) as worked
    ) as trained
    where w.user_id = p_user_id and w.id = p_workout_id;
end
$$;
comment on function private.total_workout(uuid, uuid) is 'Adds up the exercises of a workout.';


-- Security definer, because users may write nothing that is derived. It acts only on the workouts whose sets fired it.
create function private.roll_up_sets()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    if exists (
        select from (select distinct i.user_id, i.workout_id from inserted as i) as one
        inner join private.workout_exercises as x on one.user_id = x.user_id and one.workout_id = x.workout_id
    ) then
        raise exception 'all sets of a workout are inserted at once' using errcode = '55000';
    end if;
    with
    done as materialized (
        select
            w.user_id,
            w.id as workout_id,
            s.exercise_id,
            w.completed_at as performed_at,
            w.created_at as logged_at,
            min(s.position) as position,
            pg_catalog.bool_or(private.is_work(s.reps, s.duration_seconds, s.distance_meters)) as has_work,
            count(*) as total_sets,
            count(*) filter (where s.set_type <> 'warmup') as working_sets,
            sum(s.rpe) filter (where s.set_type <> 'warmup') as rpe_sum,
            count(s.rpe) filter (where s.set_type <> 'warmup') as rpe_count,
            sum(s.volume_kg) filter (where s.set_type <> 'warmup') as volume_kg,
            max(s.weight_kg) filter (
                where s.set_type <> 'warmup' and private.is_work(s.reps, s.duration_seconds, s.distance_meters)
            ) as weight_kg,
            max(s.estimated_1rm_kg) as estimated_1rm_kg,
            max(s.reps) filter (where s.set_type <> 'warmup' and coalesce(s.weight, 0) = 0) as reps
        from inserted as s
        inner join private.workouts as w on s.user_id = w.user_id and s.workout_id = w.id
        group by w.user_id, w.id, s.exercise_id
    ),
    counted as (
        insert into private.done_exercises as d (user_id, exercise_id, times_done, last_done_at)
        select
            done.user_id,
            done.exercise_id,
            count(*),
            max(done.performed_at)
        from done
        group by done.user_id, done.exercise_id
        on conflict (user_id, exercise_id) do update
        set
            times_done = d.times_done + excluded.times_done,
            last_done_at = greatest(d.last_done_at, excluded.last_done_at)
    )
    insert into private.workout_exercises (
        user_id, workout_id, exercise_id, performed_at, logged_at, position, has_work, total_sets, working_sets,
        rpe_sum, rpe_count, volume_kg, weight_kg, estimated_1rm_kg, reps, earlier_volume_kg, earlier_weight_kg,
        earlier_estimated_1rm_kg, earlier_reps
    )
    select
        done.user_id, done.workout_id, done.exercise_id, done.performed_at, done.logged_at, done.position,
        coalesce(done.has_work, false), done.total_sets, done.working_sets, done.rpe_sum, done.rpe_count,
        done.volume_kg, done.weight_kg, done.estimated_1rm_kg, done.reps, earlier.volume_kg, earlier.weight_kg,
        earlier.estimated_1rm_kg, earlier.reps
    from done
    left join lateral (
        select
            greatest(e.volume_kg, e.earlier_volume_kg) as volume_kg,
            greatest(e.weight_kg, e.earlier_weight_kg) as weight_kg,
            greatest(e.estimated_1rm_kg, e.earlier_estimated_1rm_kg) as estimated_1rm_kg,
            greatest(e.reps, e.earlier_reps) as reps
        from private.workout_exercises as e
        where
            e.user_id = done.user_id
            and e.exercise_id = done.exercise_id
            and (e.performed_at, e.logged_at, e.workout_id) < (done.performed_at, done.logged_at, done.workout_id)
        order by e.performed_at desc, e.logged_at desc, e.workout_id desc
        limit 1
    ) as earlier on true;

    perform private.total_workout(done.user_id, done.workout_id)
    from (select distinct i.user_id, i.workout_id from inserted as i) as done;

    -- Most often, nothing is later than what was just done.
    perform private.refresh_earlier_bests(changed.user_id, changed.exercise_id, changed.since)
    from (
        select
            x.user_id,
            x.exercise_id,
            min(x.performed_at) as since
        from (select distinct i.user_id, i.workout_id from inserted as i) as one
        inner join private.workout_exercises as x on one.user_id = x.user_id and one.workout_id = x.workout_id
        where exists (
            select from private.workout_exercises as later
            where
                later.user_id = x.user_id
                and later.exercise_id = x.exercise_id
                and (later.performed_at, later.logged_at, later.workout_id)
                > (x.performed_at, x.logged_at, x.workout_id)
        )
        group by x.user_id, x.exercise_id
    ) as changed;
    return null;
end
$$;
comment on function private.roll_up_sets() is
'Keeps what new sets add up to: the exercises and the totals of their workouts, and how often each exercise was done.';

create trigger roll_up_sets
after insert on private.workout_sets
referencing new table as inserted
for each statement execute function private.roll_up_sets();


-- Security definer for the same reason. It acts only on the rows that fired it.
create function private.forget_exercises()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    with
    gone as (
        select
            d.user_id,
            d.exercise_id,
            count(*) as times
        from deleted as d
        -- When an account is deleted, all of this goes with it.
        inner join private.profiles as p on d.user_id = p.user_id
        group by d.user_id, d.exercise_id
    ),
    never_done as (
        delete from private.done_exercises as d
        using gone
        where d.user_id = gone.user_id and d.exercise_id = gone.exercise_id and d.times_done = gone.times
    )
    update private.done_exercises as d
    set
        times_done = d.times_done - gone.times,
        last_done_at = (
            select max(x.performed_at) from private.workout_exercises as x
            where x.user_id = d.user_id and x.exercise_id = d.exercise_id
        )
    from gone
    where d.user_id = gone.user_id and d.exercise_id = gone.exercise_id and d.times_done > gone.times;

    perform private.refresh_earlier_bests(changed.user_id, changed.exercise_id, changed.since)
    from (
        select
            d.user_id,
            d.exercise_id,
            min(d.performed_at) as since
        from deleted as d
        inner join private.profiles as p on d.user_id = p.user_id
        where exists (
            select from private.workout_exercises as later
            where
                later.user_id = d.user_id
                and later.exercise_id = d.exercise_id
                and later.performed_at >= d.performed_at
        )
        group by d.user_id, d.exercise_id
    ) as changed;
    return null;
end
$$;
comment on function private.forget_exercises() is
'Takes the exercises of deleted or edited workouts out of what is kept about later ones.';

create trigger forget_exercises
after delete on private.workout_exercises
referencing old table as deleted
for each statement execute function private.forget_exercises();


-- Security definer for the same reason. It acts only on the exercise that fired it.
create function private.total_workouts_again()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    perform private.total_workout(x.user_id, x.workout_id)
    from private.workout_exercises as x
    where x.exercise_id = new.id;
    update private.workouts as w
    set updated_at = pg_catalog.clock_timestamp()
    from private.workout_exercises as x
    where x.exercise_id = new.id and w.user_id = x.user_id and w.id = x.workout_id;
    return null;
end
$$;
comment on function private.total_workouts_again() is
'Writes the new name and muscles of an exercise into the workouts that have it.';

create trigger total_workouts_again
after update of name, primary_muscles, secondary_muscles on private.exercises
for each row
when (
    (old.name, old.primary_muscles, old.secondary_muscles)
    is distinct from (new.name, new.primary_muscles, new.secondary_muscles)
)
execute function private.total_workouts_again();
