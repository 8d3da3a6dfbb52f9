#!/usr/bin/awk -f
# Counts the test cases in ctest's logs (LastTest.log): `N passed, N failed`. A program that says
# nothing about its cases counts as one; so does one that failed without naming a failed case: it
# crashed, took too long, or could not be started.
/^[0-9]+\/[0-9]+ Testing: / { passed = failed = skipped = missing = 0 }
/^Command: ""$/ { missing = 1 }
/^  [0-9]+ test cases? out of [0-9]+ (passed|failed|aborted|skipped)/ {
  if ($NF ~ /^passed/) passed += $1
  else if ($NF ~ /^skipped/) skipped += $1
  else failed += $1
}
/^[0-9]+ passed, [0-9]+ failed/ { passed += $1; failed += $3; skipped += $5 }
/^Test (Passed|Failed)\.$/ {
  if ((missing || /Failed/) && failed == 0) failed = 1
  if (passed + failed + skipped == 0) passed = 1
  all_passed += passed
  all_failed += failed
  all_skipped += skipped
}
END {
  printf "%d passed, %d failed", all_passed, all_failed
  if (all_skipped > 0) printf ", %d skipped", all_skipped
  print ""
}
