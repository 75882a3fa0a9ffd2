# SPDX-License-Identifier: ISC
"""What stands for variables in the data of commands."""


def test_variable(site):
    """Set, seen, gone."""
    site.run('variable', 'set', 'proxy', "it's; \\ $(x)")
    row, = site.json('variable', 'list')
    assert (row['name'], row['value']) == ('proxy', "it's; \\ $(x)"), row
    site.refused(3, '--yes', 'variable', 'remove', 'proxy')
    site.run('variable', 'remove', '--yes', 'proxy')
    assert site.json('variable', 'list') == []


def test_secret(site):
    """Sealed before the database sees it; shown by its name alone."""
    key = {'FENESTRA_SEAL_KEY': site.stack['SEAL_KEY']}
    site.run('secret', 'set', 'wifi', '--stdin', stdin='open sesame\n',
             environ=key)
    site.typed([('Secret wifi', 'sesame 2\n')], 'secret', 'set', 'wifi',
               '--device', site.id, environ=key)
    rows = site.json('secret', 'list')
    assert [r['device'] is None for r in rows] == [False, True], rows
    assert 'sesame' not in str(rows)
    rows = [r for r in site.json('secret', 'keys') if r['kind'] == 'secret']
    assert [r['count'] for r in rows] == [2] and len(rows[0]['key']) == 16
    site.refused(3, '--stdin', 'secret', 'set', 'wifi', environ=key)
    site.refused(1, 'FENESTRA_SEAL_KEY', 'secret', 'set', 'wifi', '--stdin',
                 stdin='x\n')
    site.run('secret', 'remove', '--yes', 'wifi', '--device', site.id)
    site.run('secret', 'remove', '--yes', 'wifi')
    assert site.json('secret', 'list') == []
