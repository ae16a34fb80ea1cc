"""Install and uninstall: no logic here, only the door to it."""


def post_init_hook(env):
    env["marketplace.account"]._setup_after_install()


def uninstall_hook(env):
    env["marketplace.account"]._clean_before_uninstall()
