from vaultra_cli.main import main

raise SystemExit(main())
