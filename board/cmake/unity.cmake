# Most sources are compiled eight at a time (CMAKE_UNITY_BUILD in the presets): their headers are read once, and a clean
# build takes less than half the time. Sources whose own names meet a neighbour's stand in apart.txt and are compiled
# each by itself; "redefinition of" or "is ambiguous" in a file named unity_… asks for another name or a line there.
set(apart_file ${CMAKE_CURRENT_LIST_DIR}/apart.txt)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${apart_file})
file(STRINGS ${apart_file} LINLI_APART)

function(linli_keep_apart)  # sources
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  foreach(source ${ARGN})
    if("${folder}/${source}" IN_LIST LINLI_APART)
      set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
  endforeach()
endfunction()
