#include <cstring>

#include <boost/context/protected_fixedsize_stack.hpp>
#include <boost/test/unit_test.hpp>
#include <sys/mman.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

BOOST_AUTO_TEST_SUITE(stack_memory)

/// A fiber that ends between two frames leaves marks of the address sanitizer on its stack. They
/// must not outlive it: the next owner of these addresses may be any file that is mapped.
BOOST_AUTO_TEST_CASE(addresses_of_a_stack_that_ended_are_free_for_any_use) {
  constexpr std::size_t bytes = std::size_t{64} << 10;
  boost::context::protected_fixedsize_stack stacks(bytes);
  boost::context::stack_context stack = stacks.allocate();
  char* const bottom = static_cast<char*>(stack.sp) - stack.size;
  const std::size_t mapped = stack.size;
#ifdef __SANITIZE_ADDRESS__
  __asan_poison_memory_region(bottom, mapped);
#endif
  stacks.deallocate(stack);

  void* const again = mmap(bottom, mapped, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
  if (again != bottom) return;  // Another thread was faster.
  std::memset(again, 1, mapped);
  BOOST_TEST(bottom[mapped - 1] == 1);
  munmap(again, mapped);
}

BOOST_AUTO_TEST_SUITE_END()
