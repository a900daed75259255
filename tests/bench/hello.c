/*
 * The bare FastCGI answer that `make bench` measures against: libfcgi, one process, a constant JSON body of the same
 * shape as GET /api/v1/site_metadata, and nothing else. Listens on descriptor 0.
 */
#include <fcgiapp.h>
#include <stddef.h>

int main(void)
{
	static const char answer[] =
		"Status: 200\r\n"
		"Content-Type: application/json\r\n"
		"Cache-Control: public, max-age=15\r\n"
		"\r\n"
		"{\"deployed_sha\":\"0000000000000000000000000000000000000000\","
		"\"commit\":\"0000000000000000000000000000000000000000\",\"read_only\":false}";
	FCGX_Request r;

	if (FCGX_Init() != 0 || FCGX_InitRequest(&r, 0, 0) != 0)
		return 1;
	while (FCGX_Accept_r(&r) >= 0) {
		if (FCGX_PutStr(answer, (int)sizeof(answer) - 1, r.out) < 0)
			break;
		FCGX_Finish_r(&r);
	}
	return 0;
}
