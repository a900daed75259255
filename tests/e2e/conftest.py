"""The same end-to-end tests drive every web server there is a sample configuration for."""
import pytest

from lib.instance import Instance


@pytest.fixture(scope="session", params=["nginx", "apache", "apache-fcgid", "lighttpd"])
def registry(request):
    """A registry behind one of the web servers; apache is mod_proxy_fcgi, apache-fcgid spawns the workers itself."""
    instance = Instance(web=request.param)
    try:
        yield instance.start()
    finally:
        instance.remove()
