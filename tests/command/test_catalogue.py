# SPDX-License-Identifier: ISC
"""What nodes devices have: DDF and ADMX files."""

import os

DATA = os.path.join(os.path.dirname(os.path.realpath(__file__)), 'data')
DDF = os.path.join(DATA, 'ddf')
MODE = './Device/Vendor/MSFT/Vault/Mode'


def test_csp(site):
    """A folder is taken in; then a wrong command is refused before a device
    sees it, and each node can be looked up."""
    rows = site.csv('csp', 'import', DDF)
    assert [(r['file'], r['nodes']) for r in rows] == \
        [('Mail.xml', '3'), ('Vault.xml', '15')], rows
    assert site.json('csp', 'import', os.path.join(DDF, 'Vault.xml')) == \
        [{'file': 'Vault.xml', 'trees': 1, 'nodes': 15}]
    assert len(site.json('csp', 'list', '--name=*vault')) == 1
    shown, = site.json('csp', 'show', MODE)
    assert shown['values'] == '0  Off.\n1  On.', shown
    assert 'On.' in site.run('csp', 'show', MODE).out
    assert site.json('csp', 'show', './Vendor/MSFT/Vault/Keys/any')[0][
        'below'] == 'Secret'
    assert [r['uri'] for r in site.json('csp', 'search', 'VAULT', 'whether')
            ] == [MODE]
    wrong = '"3" is none of 0 (Off.), 1 (On.)'
    value = ['Replace', MODE, '3', '--format=int']
    site.refused(1, wrong, 'csp', 'check', *value)
    site.run('csp', 'check', 'Replace', MODE, '1', '--format=int')
    site.refused(1, 'OS build', 'csp', 'check', 'Get',
                 './Vendor/MSFT/Vault/Days', '--device', site.id)
    site.refused(1, wrong, 'queue', 'add', site.id, *value)
    site.run('setting', 'set', 'csp_check', 'warn')
    answer = site.run('queue', 'add', site.id, *value)
    assert wrong in answer.err and len(answer.out.strip()) == 36, answer
    site.run('queue', 'cancel', '--yes', answer.out.strip())
    site.run('setting', 'reset', 'csp_check')
    site.refused(1, 'describes ./A', 'csp', 'show', './A')
    site.refused(3, '--yes', 'csp', 'remove', 'Mail.xml')
    site.run('csp', 'remove', '--yes', 'Mail.xml', 'Vault.xml')
    assert site.json('csp', 'list') == []
    site.refused(1, 'no DDF file', 'csp', 'remove', '--yes', 'Vault.xml')


def test_csp_all_or_none(site):
    """Of several files one that is none keeps the others out, and is named."""
    site.refused(1, 'Kiosk.admx: the root element is policyDefinitions',
                 'csp', 'import', DDF, os.path.join(DATA, 'Kiosk.admx'))
    site.refused(1, 'cannot be read', 'csp', 'import', DDF + '/none.xml')
    site.refused(1, 'no .xml file', 'csp', 'import', site.work)
    assert site.json('csp', 'list') == []


def test_csp_of_windows(site):
    """UTF-16, and a name that tries to be something else."""
    path = os.path.join(site.work, 'V\'a"`$(x)u.xml')
    with open(os.path.join(DDF, 'Vault.xml'), encoding='utf-8') as file:
        text = file.read().replace('utf-8', 'utf-16')
    with open(path, 'w', encoding='utf-16') as file:
        file.write(text)
    row, = site.json('csp', 'import', path)
    assert (row['file'], row['nodes']) == (os.path.basename(path), 15), row
    site.run('csp', 'remove', '--yes', os.path.basename(path))


def test_admx(site):
    """Taken in, offered by name, sent to a device, checked."""
    path = os.path.join(DATA, 'Kiosk.admx')
    answer = site.run('admx', 'import', path)
    assert 'takes in no policy for these keys: Closed' in answer.err, answer
    assert site.json('admx', 'list')[0]['policies'] == 3
    names = [r['policy'] for r in site.json('admx', 'policies', 'Kiosk')]
    assert names == ['Lock', 'Closed', 'Picture'], names
    shown, = site.json('admx', 'show', 'picture')
    assert '"Seconds"' in shown['elements'], shown
    value = site.run('admx', 'value', 'Picture', 'Path=a=b', 'Fit=2',
                     'Hosts:=["x", "y"]').out.strip()
    assert value == ('<enabled/><data id="Path" value="a=b"/><data id="Fit" '
                     'value="2"/><data id="Hosts" value="1&#xF000;x&#xF000;2'
                     '&#xF000;y"/>'), value
    assert site.run('admx', 'value', 'Lock', '--disabled').out == \
        '<disabled/>\n'
    site.refused(1, 'element "Fit": is missing', 'admx', 'value', 'Picture',
                 'Path=a')
    site.refused(64, 'ID=VALUE', 'admx', 'value', 'Picture', 'Path')
    site.refused(1, 'json', 'admx', 'value', 'Picture', 'Path:=x')
    sent, = site.json('admx', 'send', 'Kiosk', site.id)
    command, = site.json('queue', 'show', sent['command'])
    with open(path, encoding='utf-8') as file:
        assert command['data'].strip().replace('$$(', '$(') == \
            file.read().strip()
    site.refused(1, 'there is no policy look', 'queue', 'add', site.id, 'Get',
                 './Vendor/MSFT/Policy/Config/Kiosk~Policy~Kiosk/Look')
    site.run('queue', 'cancel', '--yes', sent['command'])
    site.run('admx', 'remove', '--yes', 'Kiosk')
    site.refused(1, 'no ADMX file', 'admx', 'send', 'Kiosk', site.id)
    site.refused(1, 'root element', 'admx', 'import',
                 os.path.join(DDF, 'Mail.xml'))
