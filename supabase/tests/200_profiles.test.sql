-- Profiles: made at sign-up, read and changed by their owner.
begin;
\ir helpers.psql
select plan(23);

select is(pg_temp.run('owner', $$select get_profile() ->> 'display_name'$$), 'owner', 'named after the email');
select is(
    pg_temp.run('owner', $$select get_profile() -> 'affinity'$$)::jsonb,
    '{"score": 0, "level": 1, "title": "New Acquaintance", "next_level_at": 30}',
    'affinity begins at nothing'
);
select is(pg_temp.run('anon', 'select get_profile()'), '42501', 'nobody has no profile');

select lives_ok($$insert into auth.users (id) values (gen_random_uuid())$$, 'no email breaks no sign-up');
select lives_ok(
    $$insert into auth.users (email) values ('owner@example.org')$$, 'nor does a local part that is taken'
);
select is((select count(*) from profiles), 4::bigint, 'everyone has a profile');

select is(
    pg_temp.run('owner', $$select update_profile('{"weight_unit": "lb", "weekly_target": 5}') ->> 'weight_unit'$$),
    'lb',
    'a change is answered with the whole profile'
);
select is(pg_temp.run('owner', $$select get_profile() ->> 'weekly_target'$$), '5', 'and kept');
select is(
    pg_temp.run('owner', $$select update_profile('{"birth_date": "1990-05-17"}') ->> 'weekly_target'$$),
    '5',
    'an absent field stays'
);
select is(
    pg_temp.run('owner', $$select update_profile('{"birth_date": null}') -> 'birth_date'$$), 'null', 'null clears'
);
select is(pg_temp.run('stranger', $$select get_profile() ->> 'weight_unit'$$), 'kg', 'nobody else is changed');
select is(
    pg_temp.run('owner', $$select update_profile('{"affinity_score": 99}') -> 'affinity' ->> 'score'$$),
    '0',
    'the score is not the owner''s to write'
);

select is(pg_temp.run('owner', $$select update_profile('[]')$$), 'PT422 invalid_changes', 'no object');
select is(pg_temp.run('owner', 'select update_profile(null)'), 'PT422 invalid_changes', 'no changes at all');
select is(
    pg_temp.run('owner', $$select update_profile('{"timezone": "Mars"}')$$), 'PT422 unknown_timezone', 'no such zone'
);
select is(
    pg_temp.run('owner', $$select update_profile('{"equipment": ["anvil"]}')$$),
    'PT422 unknown_equipment',
    'no such equipment'
);
select is(
    pg_temp.run('owner', format($$select update_profile('{"birth_date": "%s"}')$$, current_date)),
    'PT422 too_young',
    'too young'
);
select is(pg_temp.run('owner', $$select update_profile('{"weekly_target": 0}')$$), '23514', 'zero is a value');
select is(pg_temp.run('owner', $$select update_profile('{"goals": null}')$$), '23502', 'null is refused elsewhere');

select is(
    pg_temp.run(
        'owner',
        format($$select update_profile('{"preferences": {"x": [%s]}}')$$, rtrim(repeat('1e308,', 100), ','))
    ),
    'PT422 preferences_too_large',
    'numbers that take too much room'
);
select is(
    pg_temp.run('owner', $$select update_profile('{"preferences": {"zero": 0, "nothing": null}}') ->> 'preferences'$$),
    '{"zero": 0, "nothing": null}',
    'preferences as they were sent'
);

delete from auth.users
where email = 'owner@example.com';
select is(pg_temp.run('owner', 'select get_profile()'), 'PT404 profile_not_found', 'gone with the account');
select is(pg_temp.run('owner', $$select update_profile('{}')$$), 'PT404 profile_not_found', 'for changes too');
select line from finish() as line;
rollback;
