-- Profiles: made at sign-up, read and changed by their owner.
begin;
\ir helpers.psql
select plan(29);

select is(
    pg_temp.run('owner', $$select get_profile() ->> 'display_name'$$),
    'owner',
    'a profile is named after the email address'
);
select is(
    pg_temp.run('owner', $$select get_profile() -> 'affinity'$$)::jsonb,
    '{"score": 0, "level": 1, "title": "New Acquaintance", "next_level_at": 30}',
    'a new profile has an affinity of 0'
);
select is(pg_temp.run('anon', 'select get_profile()'), '42501', 'anon cannot read a profile');

select lives_ok(
    $$insert into auth.users (id) values (gen_random_uuid())$$, 'a user without an email address can sign up'
);
select lives_ok(
    $$insert into auth.users (email) values ('owner@example.org')$$,
    'two users with the same local part of their addresses can sign up'
);
select is((select count(*) from profiles), 4::bigint, 'every user has a profile');

select is(
    pg_temp.run('owner', $$select update_profile('{"weight_unit": "lb", "weekly_target": 5}') ->> 'weight_unit'$$),
    'lb',
    'a change returns the whole profile'
);
select is(pg_temp.run('owner', $$select get_profile() ->> 'weekly_target'$$), '5', 'a change is kept');
select is(
    pg_temp.run('owner', $$select update_profile('{"weekly_target": 5}') ->> 'revision'$$), '2',
    'a change to what is there already is none'
);
select is(
    array[
        pg_temp.run('owner', $$select update_profile('{"weekly_target": 4}', '{1,3}')$$),
        pg_temp.run('owner', $$select update_profile('{"weekly_target": 4}', '{}')$$),
        pg_temp.run('owner', $$select update_profile('{"weekly_target": 5}', '{1,2}') ->> 'weekly_target'$$)
    ],
    array['PT412 profile_changed', 'PT412 profile_changed', '5'], 'a profile of another revision stays as it is'
);
select is(
    pg_temp.run('owner', $$select update_profile('{"birth_date": "1990-05-17"}') ->> 'weekly_target'$$),
    '5',
    'an absent field stays'
);
select is(
    pg_temp.run('owner', $$select update_profile('{"birth_date": null}') -> 'birth_date'$$),
    'null',
    'null clears a field'
);
select is(
    pg_temp.run('stranger', $$select get_profile() ->> 'weight_unit'$$),
    'kg',
    'another user''s profile stays as it was'
);
select is(
    pg_temp.run('owner', $$select update_profile('{"affinity_score": 99}') -> 'affinity' ->> 'score'$$),
    '0',
    'a user cannot change their score'
);

select is(pg_temp.run('owner', $$select update_profile('[]')$$), 'PT422 invalid_changes', 'changes are a JSON object');
select is(pg_temp.run('owner', 'select update_profile(null)'), 'PT422 invalid_changes', 'null is no change');
select is(
    pg_temp.run('owner', $$select update_profile('{"timezone": "Mars"}')$$),
    'PT422 unknown_timezone',
    'an unknown time zone is refused'
);
select is(
    pg_temp.run('owner', $$select update_profile('{"equipment": ["anvil"]}')$$),
    'PT422 unknown_equipment',
    'unknown equipment is refused'
);
select is(
    pg_temp.run('owner', format($$select update_profile('{"birth_date": "%s"}')$$, current_date)),
    'PT422 too_young',
    'a user is not born today'
);
select is(
    pg_temp.run('owner', format(
        'select update_profile(''{"birth_date": "%s"}'')', (current_date - interval '13 years' + interval '1 day')::date
    )),
    'PT422 too_young',
    'a user is 13 or older'
);
select is(
    pg_temp.run('owner', format(
        'select update_profile(''{"birth_date": "%s"}'') ->> ''birth_date''', (current_date - interval '13 years')::date
    )),
    (current_date - interval '13 years')::date::text,
    'a user may have turned 13 today'
);
select is(
    pg_temp.run('owner', $$select update_profile('{"birth_date": "1899-12-31"}')$$), '23514',
    'a user was not born before 1900'
);
select is(
    pg_temp.run('owner', $$select update_profile('{"weekly_target": 0}')$$),
    '23514',
    'a weekly target is at least 1'
);
select is(
    pg_temp.run('owner', $$select update_profile('{"weekly_target": 8}')$$), '23514', 'a weekly target is at most 7'
);
select is(
    pg_temp.run('owner', $$select update_profile('{"goals": null}')$$),
    '23502',
    'null is refused for a field that cannot be empty'
);

select is(
    pg_temp.run(
        'owner',
        format($$select update_profile('{"preferences": {"x": [%s]}}')$$, rtrim(repeat('1e308,', 100), ','))
    ),
    'PT422 preferences_too_large',
    'preferences that take more than 8 KiB when they are stored are refused'
);
select is(
    pg_temp.run('owner', $$select update_profile('{"preferences": {"zero": 0, "nothing": null}}') ->> 'preferences'$$),
    '{"zero": 0, "nothing": null}',
    'preferences are kept as they were sent'
);

delete from auth.users
where email = 'owner@example.com';
select is(
    pg_temp.run('owner', 'select get_profile()'),
    'PT404 profile_not_found',
    'the profile is deleted with the account'
);
select is(
    pg_temp.run('owner', $$select update_profile('{}')$$),
    'PT404 profile_not_found',
    'a deleted profile cannot be changed'
);
select line from finish() as line;
rollback;
