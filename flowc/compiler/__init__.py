"""The compiler: flow file to SQL text. Pure: no clock, no environment, no network, no database."""
