/* cratehouse: finds the sub-command and hands over. */
#include "config.h"

#include <stdio.h>

int main(void)
{
	puts("cratehouse " PACKAGE_VERSION);
	return 0;
}
