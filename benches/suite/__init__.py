"""The benchmark of losskit beside its peers; see ../run.sh."""
