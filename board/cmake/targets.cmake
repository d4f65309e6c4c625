# linli_library(name SOURCES a.cpp … LINKS other … PRIVATE_LINKS third_party …)
# One folder is one static library. LINKS are what its headers may name, PRIVATE_LINKS what it hides.
function(linli_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  linli_keep_apart(${ARG_SOURCES})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_LINKS} PRIVATE linli_warnings ${ARG_PRIVATE_LINKS})
  # What runs a thousand times in a test is worth some optimisation, the tests themselves are not.
  if(LINLI_SANITIZE)
    target_compile_options(${name} PRIVATE -O1)
  endif()
endfunction()

# linli_executable(name SOURCES … LINKS …)
function(linli_executable name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  linli_keep_apart(${ARG_SOURCES})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  target_link_libraries(${name} PRIVATE linli_warnings ${ARG_LINKS})
endfunction()

# linli_program(name SOURCES … LINKS …): one that is run, by people or by the tests of processes. The target `programs`
# is all of them.
add_custom_target(programs)
function(linli_program name)
  linli_executable(${name} ${ARGN})
  add_dependencies(programs ${name})
endfunction()

# linli_test(name SOURCES … LINKS …): a GoogleTest program in build/…/bin, run by tests/run and ctest. The target
# `gtests` is all of them.
function(linli_test name)
  linli_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE LINLI_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_dependencies(gtests ${name})
  add_test(NAME ${name} COMMAND ${name})
endfunction()
