# more than git should carry: run in a copy of this folder
set -eu
mkdir customers
{
    printf 'schema: customer/1\nid: nordwind\nname: Nordwind Handels GmbH\n'
    head -c 4194304 /dev/zero | tr '\0' '#'
} >customers/nordwind.yaml
