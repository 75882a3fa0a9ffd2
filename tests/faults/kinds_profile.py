# SPDX-License-Identifier: ISC
"""Kinds of message in which a device is compared with what it is to be."""

from kinds import Kind
from machine import Reply

ONE = './Vendor/MSFT/Policy/Config/Faults/One'
TWO = './Vendor/MSFT/Policy/Config/Faults/Two'


def setup(env):
    """The profile, before anybody looks: it raises the revision."""
    env.admin("select admin.group_set('faults');"
              " select admin.profile_set('faults', jsonb_build_array("
              " jsonb_build_object('uri', '%s', 'data', 'a'),"
              " jsonb_build_object('uri', '%s', 'data', 'b')));"
              " select admin.assign('faults', 'faults');" % (ONE, TWO))


class Wanted(Kind):
    """package 1 of a device that a profile is new for"""

    def begin(self, it):
        it.enrol()
        it.session()
        it.values.update({ONE: 'a', TWO: 'b'})
        it.env.admin("select admin.group_member_add('faults', array['%s']"
                     '::uuid[]);' % it.uuid)

    def prepare(self, it):
        self.begin(it)
        return it.package1()

    def nodes(self, it):
        return it.env.sql("select uri, state, drifts from mdm.node where"
                          " device = '%s' order by 1;" % it.uuid)

    def ends(self, it):
        assert it.done == [ONE, TWO, ONE, TWO], it.done
        assert self.nodes(it) == [[ONE, 'verified', '0'],
                                  [TWO, 'verified', '0']], self.nodes(it)


class Set(Wanted):
    """Statuses and Results for a profile"""

    def prepare(self, it):
        self.begin(it)
        return it.message(it.perform(it.ask(it.package1())))


class Drifted(Wanted):
    """Results that tell of drift"""

    def prepare(self, it):
        self.begin(it)
        it.session()
        it.env.sql("update mdm.node set checked_at = checked_at - interval"
                   " '25 hours' where device = '%s'; update mdm.session set"
                   " due_at = now() where device = '%s';" % (it.uuid, it.uuid))
        reply = it.ask(it.package1())
        it.values[ONE] = 'x'
        body = it.perform(reply)
        it.values[ONE] = 'a'
        return it.message(body)

    def follow(self, it, answer):
        reply = Reply(answer)
        assert [c.verb for c in reply.commands] == ['Replace', 'Get'], answer
        it.finish(reply)

    def ends(self, it):
        assert it.done == [ONE, TWO] * 3 + [ONE] * 2, it.done
        assert self.nodes(it) == [[ONE, 'verified', '1'],
                                  [TWO, 'verified', '0']], self.nodes(it)


ALL = [k() for k in (Wanted, Set, Drifted)]
