# names that a file system of macOS cannot hold both: run in a copy of this folder
set -eu
mkdir customers
for id in Nordwind nordwind; do
    printf 'schema: customer/1\nid: %s\nname: Nordwind Handels GmbH\n' $id >customers/$id.yaml
done
