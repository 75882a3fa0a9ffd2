# SPDX-License-Identifier: ISC
"""A database that is older than its devices."""

import device
import dm_talk
import keys
import messages
import stack
from test_identity import issue, refused


TABLES = "select c.oid::regclass from pg_class c join pg_attribute a" \
    " on a.attrelid = c.oid and a.attname = 'device' where c.relkind in" \
    " ('r', 'p') and c.relnamespace = 'mdm'::regnamespace"


def forget(env, made):
    """As if the database had been restored from before it enrolled."""
    env.sql("""do $$ declare t regclass; begin
      set local session_replication_role = replica;
      for t in %s loop
        execute format('delete from %%s where device = %%L', t, %s);
      end loop;
    end $$;""" % (TABLES, stack.quote(made.uuid)))


def stranger(env, made):
    """Its row in admin.stranger, or None."""
    rows = env.sql('select device, device_id, known, upn from admin.stranger'
                   ' where certificate = %s;' % stack.quote(
                       made.cert.sha256()), user='fenestra_admin')
    return rows[0] if rows else None


def hello(made):
    return messages.package1(made.id, 'r')


def found(env, made):
    """Kept out until a worker has seen that it is one of ours: who still
    remembers the certificate has to look again first."""
    for _ in range(50):
        mark = env.log.mark()
        refused(env, made.files, hello(made))
        line, = env.log.wait(mark, 1)
        if 'admin.stranger' in line['reason']:
            return
    raise AssertionError(line)


def recover(env, made, upn=None):
    return env.sql('select admin.recover(%s, %s);' % (
        stack.quote(made.cert.sha256()), stack.quote(upn)),
        user='fenestra_admin')[0][0]


def state_of(env, call):
    """The SQLSTATE that a call ends with."""
    try:
        env.sql(call, user='fenestra_admin')
    except stack.SqlError as error:
        return error.state
    return None


def test_device_that_the_database_does_not_know(env):
    """D2-20 a device of after the backup is kept out, seen, and taken back
    by one call: it goes on under its own name, with its certificate."""
    made = dm_talk.Device(env)
    made.talk().begin()
    forget(env, made)
    found(env, made)
    assert stranger(env, made) == [made.uuid, made.id, 'f', None]
    assert env.value("select count(*) from admin.event where kind ="
                     " 'device.unknown' and detail->>'certificate' = %s;" %
                     stack.quote(made.cert.sha256())) == '1'
    call = 'select admin.recover(%s);' % stack.quote(made.cert.sha256())
    assert state_of(env, call) == 'MD400', 'a new device wants a user'
    assert recover(env, made, 'back@fenestra.test') == made.uuid
    assert stranger(env, made) is None
    assert made.row('upn', 'state') == ['back@fenestra.test', 'enrolling']
    ident = made.enqueue('Get', './DevDetail/SwV')
    talk = made.talk()
    talk.begin()
    talk.finish()
    assert made.command(ident) == 'done'
    assert made.row('state') == 'enrolled'
    assert state_of(env, call) == 'MD404', 'recovered twice'


def test_certificate_that_the_database_does_not_know(env):
    """D2-20 a device that renewed after the backup: the device is known, its
    certificate is not; and what the administrator decided stands."""
    made = dm_talk.Device(env)
    made.talk().begin()
    env.sql("delete from mdm.device_key where device = %s and kind in"
            " ('certificate', 'serial'); delete from mdm.certificate where"
            ' device = %s;' % ((stack.quote(made.uuid),) * 2))
    found(env, made)
    assert stranger(env, made)[2:] == ['t', messages.UPN]
    env.sql("update mdm.device set state = 'blocked' where device = %s;" %
            stack.quote(made.uuid))
    call = 'select admin.recover(%s);' % stack.quote(made.cert.sha256())
    assert state_of(env, call) == 'MD409'
    env.sql("update mdm.device set state = 'enrolled' where device = %s;" %
            stack.quote(made.uuid))
    assert recover(env, made) == made.uuid
    made.talk().begin()


def test_certificate_that_is_no_device(env):
    """D2-20 T4 what our CA signed for something else is no device, also not
    by hand."""
    key = keys.POOL.key()
    made = dm_talk.Device(env)
    cert = issue(env, key, keys.common_name('a printer'))
    files = device.files(env, cert, key)
    refused(env, files, hello(made))
    made.cert = cert
    assert stranger(env, made)[0] == 'a printer'
    call = "select admin.recover(%s, 'a@fenestra.test');" % stack.quote(
        cert.sha256())
    assert state_of(env, call) == 'MD409'


def test_what_must_not_run_twice(env):
    """D2-20 D1-I4 after a restore a wipe that was waiting is not sent: it may
    have run since; other commands are."""
    made = dm_talk.Device(env)
    wipe = made.enqueue('Exec', './Vendor/MSFT/Reboot/RebootNow')
    get = made.enqueue('Get', './DevDetail/SwV')
    env.sql('select admin.restored();', user='fenestra_admin')
    state = made.command(wipe, 'state, error')
    assert state[0] == 'unknown' and 'restored' in state[1], state
    assert made.command(get) == 'queued'
    assert made.events('command.unknown') and env.value(
        "select count(*) from admin.event where kind = 'database.restored';")
