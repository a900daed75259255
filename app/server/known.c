#include "app/server/known.h"

#include <string.h>

static struct {
	struct sha256 hash;
	int64_t since_us; /* 0: free */
} known[KNOWN_MAX];

/* Its place, or KNOWN_MAX. What is compared are hashes of secrets, so how long it takes tells nothing of them. */
static size_t find(const struct sha256 *hash)
{
	size_t i = 0;

	while (i < KNOWN_MAX &&
	       (!known[i].since_us || memcmp(known[i].hash.b, hash->b, sizeof(hash->b)) != 0))
		i++;
	return i;
}

int64_t known_since(const struct sha256 *hash)
{
	size_t i = find(hash);

	return i < KNOWN_MAX ? known[i].since_us : 0;
}

void known_good(const struct sha256 *hash, int64_t now_us)
{
	size_t i = find(hash);

	if (i == KNOWN_MAX) {
		i = 0;
		for (size_t k = 1; k < KNOWN_MAX; k++)
			if (known[k].since_us < known[i].since_us)
				i = k;
	}
	known[i].hash = *hash;
	known[i].since_us = now_us;
}

void known_drop(const struct sha256 *hash)
{
	size_t i = find(hash);

	if (i < KNOWN_MAX)
		memset(&known[i], 0, sizeof(known[i]));
}
