# linli_library(name SOURCES a.cpp … LINKS other … PRIVATE_LINKS third_party …)
# One folder is one static library. LINKS are what its headers may name, PRIVATE_LINKS what it hides.
function(linli_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_LINKS} PRIVATE linli_warnings ${ARG_PRIVATE_LINKS})
endfunction()

# linli_program(name SOURCES … LINKS …)
function(linli_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  target_link_libraries(${name} PRIVATE linli_warnings ${ARG_LINKS})
endfunction()

# linli_test(name SOURCES … LINKS …): a GoogleTest program in build/…/bin, run by tests/run and ctest.
function(linli_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  linli_program(${name} SOURCES ${ARG_SOURCES} LINKS ${ARG_LINKS} GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE LINLI_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name})
endfunction()
