"""Reference pages, each beside the module that makes it: never write in the pages themselves."""
