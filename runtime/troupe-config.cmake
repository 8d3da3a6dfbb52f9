# find_package(troupe): the targets troupe::runtime (actors, nodes) and troupe::actors (studies).
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(Boost 1.74 COMPONENTS fiber context)
find_dependency(nlohmann_json)
find_dependency(yaml-cpp)
find_dependency(SQLite3)
include(${CMAKE_CURRENT_LIST_DIR}/troupe-targets.cmake)
