from billcli.entry import main

main()
