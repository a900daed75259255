#!/bin/sh
# What mod_fcgid starts on a shared host: one worker, with the libraries that were brought along.
LD_LIBRARY_PATH=$HOME/cratehouse/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
CRATEHOUSE_CONFIG=$HOME/cratehouse/cratehouse.toml
export LD_LIBRARY_PATH CRATEHOUSE_CONFIG
exec "$HOME/cratehouse/cratehouse"
