# Every warning is an error. An exception below needs a reason beside it.
add_library(linli_warnings INTERFACE)
target_compile_options(linli_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Wsuggest-override
  -Wnon-virtual-dtor -Woverloaded-virtual -Wdeprecated-copy-dtor -Wextra-semi -Wcast-qual -Wformat=2
  -Werror
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wduplicated-branches -Wlogical-op
  -Wzero-as-null-pointer-constant>
  # g++ 12 also warns about std::variant's storage being maybe uninitialised, and about restrict
  # overlap inside std::string's operator+ (GCC bugs 105562 and 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-restrict>)
# g++ looks for null dereferences only where it optimises.
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_options(linli_warnings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wnull-dereference>)
endif()
# For files that include Asio or Beast: inside their templates g++ 12 sees a null context that cannot
# be, and a default argument of Beast is a 0.
function(linli_includes_boost)  # sources
  set_source_files_properties(${ARGN} PROPERTIES
    COMPILE_OPTIONS "-Wno-null-dereference;-Wno-zero-as-null-pointer-constant")
endfunction()
# For the few files that instantiate Beast's streams: all their types make debug information of hundreds of
# megabytes, so they have line numbers only; tests of them are compiled in a third of the time without most of the
# optimisation, and with a sanitizer's checks in every line optimising takes minutes.
function(linli_instantiates_beast)  # sources
  set(options "-Wno-null-dereference;-Wno-zero-as-null-pointer-constant;-g1")
  if(LINLI_SANITIZE)
    list(APPEND options -O0)
  endif()
  set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS "${options}")
endfunction()
function(linli_tests_beast)  # sources
  linli_instantiates_beast(${ARGN})
  if(NOT LINLI_SANITIZE)
    set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_OPTIONS -O1)
  endif()
endfunction()
# For what people and files wait for, never a device: optimised for size it takes a third less of the machine's memory
# (what is mapped counts), and is compiled sooner.
function(linli_compiled_for_size)  # targets
  if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo" AND NOT LINLI_SANITIZE)
    foreach(target ${ARGN})
      target_compile_options(${target} PRIVATE -Os)
    endforeach()
  endif()
endfunction()
# Their reports need line numbers, not the types of every variable. Boost.Asio contains fences, which ThreadSanitizer does
# not follow; it may report too much, never too little.
if(LINLI_SANITIZE)
  add_compile_options(-fsanitize=${LINLI_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g1)
  add_link_options(-fsanitize=${LINLI_SANITIZE})
endif()
if(LINLI_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
add_compile_options(-fstack-protector-strong -D_GLIBCXX_ASSERTIONS)
if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
add_link_options(-Wl,-z,relro,-z,now)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
